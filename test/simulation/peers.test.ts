/** What users of other programs met: ours fares well, and the models do as was measured. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { cases, type PeerCase } from "./peers/cases.ts";
import { type Peer, perform, watchedMs } from "./peers/perform.ts";
import { page, withTable } from "./peers/table.ts";

/** Seconds that ours may be without service where the limit of 3.2 s is not the fault's matter. */
const allowed: Readonly<Record<string, number>> = {
  "host death, API 500 for 5 s from the first claim on": 10,
  // A claim without an answer may land until its fence has passed.
  "host death, API hangs for 8 s": 14,
  "host death while the API limits the rate for 10 s": 14,
  "host death, operations of 1 s": 4.2,
  "host death while the API is down for 60 s": 65,
  "both hosts reboot": 8.1,
  // Nobody tells an agent: of two nodes the holder looks every 18 s.
  "a person detaches the address": 20,
  "both proxies are sick for 15 s": 15.1,
};

describe("baton", () => {
  for (const one of cases)
    test(one.name, () => {
      const { violation, measured, holders } = perform(one, "baton");
      assert.equal(violation, undefined);
      assert.ok((one.right ?? ["lb1"]).includes(holders.join()), `held by ${holders.join()}`);
      const limitMs = 1000 * (allowed[one.name] ?? 3.2);
      assert.ok(measured.outageMs <= limitMs, `${measured.outageMs} ms without service`);
      assert.ok(measured.shareLostMs <= 9_000, `a share lost for ${measured.shareLostMs} ms`);
    });
});

type Measured = {
  readonly peer: Peer;
  readonly name: string;
  /** Longest time without service in seconds, as it was measured, with what a model may be off. */
  readonly gapS?: readonly [number, number];
  readonly holders: string;
  /** Two hold, one of them dead, to the end. */
  readonly sharesForEver?: boolean;
};

const never: readonly [number, number] = [watchedMs / 1000 - 1, watchedMs / 1000 + 1];

const measurements: readonly Measured[] = [
  { peer: "exoip", name: "first claim after a cold start", gapS: [3.1, 3.5], holders: "lb1" },
  { peer: "exoip", name: "host death", gapS: [2, 3.4], holders: "lb2" },
  { peer: "exoip", name: "SIGTERM of the holder", gapS: [2.4, 3.6], holders: "lb1" },
  { peer: "exoip", name: "failback after a death of 20 s", gapS: [2.2, 3.4], holders: "lb1" },
  { peer: "exoip", name: "failback after a stop of 20 s", gapS: [2.4, 3.6], holders: "lb1" },
  {
    peer: "exoip",
    name: "host death, API 500 for 5 s from the first claim on",
    gapS: [8, 11],
    holders: "lb1,lb2",
    sharesForEver: true,
  },
  {
    peer: "exoip",
    name: "host death, only releases fail for 5 s",
    gapS: [2.2, 3.4],
    holders: "lb1,lb2",
    sharesForEver: true,
  },
  { peer: "exoip", name: "partition of 10 s", gapS: [270, 290], holders: "lb1" },
  { peer: "exoip", name: "partition of 4.2 s", gapS: [270, 300], holders: "lb1" },
  {
    peer: "exoip",
    name: "one-way cut of 4.2 s, the backup hears nothing",
    gapS: [270, 300],
    holders: "lb1",
  },
  {
    peer: "exoip",
    name: "one-way cut of 10 s, the backup hears nothing",
    gapS: [270, 300],
    holders: "lb1",
  },
  { peer: "exoip", name: "partition of 10 s, operations of 1 s", gapS: [270, 300], holders: "lb1" },
  {
    peer: "exoip",
    name: "heartbeats of the backup are forged for 10 s",
    gapS: [2, 15],
    holders: "lb1",
  },
  { peer: "exoip", name: "holder stopped for 10 s (SIGSTOP)", gapS: [270, 290], holders: "lb1" },
  { peer: "keepalived", name: "host death", gapS: [2.7, 4.1], holders: "lb2" },
  { peer: "keepalived", name: "SIGTERM of the holder", gapS: [0, 0.1], holders: "lb1" },
  {
    peer: "keepalived",
    name: "host death, API 500 for 5 s from the first claim on",
    gapS: never,
    holders: "lb1",
  },
  { peer: "keepalived", name: "host death, API hangs for 8 s", gapS: never, holders: "lb1" },
  { peer: "keepalived", name: "partition of 10 s", gapS: [0, 0.1], holders: "lb2" },
  { peer: "keepalived", name: "partition of 4.2 s", gapS: [0, 0.1], holders: "lb2" },
  {
    peer: "keepalived",
    name: "one-way cut of 4.2 s, the backup hears nothing",
    gapS: [0, 0.1],
    holders: "lb2",
  },
  {
    peer: "keepalived",
    name: "one-way cut of 10 s, the backup hears nothing",
    gapS: [0, 0.1],
    holders: "lb2",
  },
  { peer: "keepalived", name: "failback after a stop of 20 s", gapS: [0, 0.1], holders: "lb1" },
  { peer: "keepalived", name: "holder stopped for 10 s (SIGSTOP)", holders: "lb2" },
];

describe("the models do as the programs were measured to do", () => {
  for (const { peer, name, gapS, holders: held, sharesForEver } of measurements)
    test(`${peer}: ${name}`, () => {
      const { measured, holders } = perform(caseOf(name), peer);
      const gap = measured.longestMs / 1000;
      const [low, high] = gapS ?? [0, Number.POSITIVE_INFINITY];
      assert.ok(gap >= low && gap <= high, `${gap} s without service`);
      assert.equal(holders.join(), held);
      if (sharesForEver) assert.ok(measured.shareLostMs > 0.9 * watchedMs);
    });
});

test("the table in docs/peers.md is what these runs give: npm run simulate:peers", () => {
  const text = readFileSync(page, "utf8");
  assert.equal(text, withTable(text));
});

function caseOf(name: string): PeerCase {
  const found = cases.find((one) => one.name === name);
  assert.ok(found, name);
  return found;
}
