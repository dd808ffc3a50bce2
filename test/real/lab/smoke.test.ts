/** Other stacks in the lab, each shortly: it stands, answers from every app server, fails over. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, suite, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { summarize } from "../../../lab/client/measure.ts";
import { createFabric } from "../../../lab/fabric/fabric.ts";
import { startLab } from "../../../lab/lab.ts";
import { baton } from "../../bench/peers/baton.ts";
import { calm, install } from "../../bench/peers/calm.ts";
import { keepalived } from "../../bench/peers/keepalived.ts";
import { rows } from "../../bench/peers/rows.ts";
import { perform } from "../../bench/peers/run.ts";
import { audit } from "./audit.ts";
import {
  type Bench,
  type BenchOptions,
  labName,
  log,
  stackFrom,
  startBench,
  tellJournals,
} from "./bench.ts";
import { outcomeOf } from "./outcome.ts";

type Smoke = BenchOptions & {
  readonly title: string;
  /** Has the network that VRRP needs. */
  readonly isPrivate?: true;
  /** What a command on the first load balancer has to print. */
  readonly shows: readonly (readonly [argv: readonly string[], output: RegExp])[];
};

const smokes: readonly Smoke[] = [
  {
    title: "Debian 12 with ifupdown, and an address at home on each load balancer",
    example: "exoscale-elastic-ip-article",
    changes: [
      [/^system: .*$/m, "system: debian-12"],
      [/^agent: \{/m, "agent: { loopback: ifupdown,"],
      [/^nodes:$/m, "  second: { ip: 198.51.100.51, order: [lb2, lb1] }\nnodes:"],
    ],
    shows: [
      [["cat", "/etc/debian_version"], /^12\./],
      [["ip", "-brief", "address", "show", "lo"], /198\.51\.100\.50/],
    ],
  },
  {
    title: "nginx as the proxy, and app servers with fixed addresses on a private network",
    example: "minimal",
    changes: [[/^nodes: 2$/m, "nodes: 2\nproxy: nginx"]],
    isPrivate: true,
    shows: [
      [["ip", "-brief", "address", "show", "eth1"], / 10\./],
      [["systemctl", "is-active", "nginx"], /^active/],
    ],
  },
];

test("a lab whose engine cannot be made leaves nothing behind", async () => {
  const folder = mkdtempSync(join(tmpdir(), "baton-lab-"));
  const name = labName();
  // No engine on the path, and no folder that one could be kept in.
  const cache = join(folder, "cache");
  writeFileSync(cache, "");
  const made = startLab({
    stackFile: stackFrom("minimal", [], folder),
    name,
    agent: "",
    env: { PATH: "", BATON_CACHE: cache },
    report: log,
    onTrouble: (error) => assert.fail(String(error)),
  });
  await assert.rejects(made);
  // Whatever went on behind it would show by then.
  await wait(2000);
  assert.deepEqual(createFabric({ name }).leftovers(), []);
  rmSync(folder, { recursive: true });
});

for (const { title, shows, isPrivate, ...options } of smokes)
  suite(title, () => {
    let bench: Bench;

    before(async () => {
      bench = await startBench(options);
    });

    after(() => bench?.down());

    test("it stands and answers from every app server", async () => {
      await audit(bench);
      for (const { client } of bench.traffic())
        assert.equal(Object.keys(client.summary().byBackend).length, 3);
      for (const [argv, output] of shows)
        assert.match((await bench.say("exec", "lb1", ...argv)) ?? "", output);
    });

    test("the holder dies, and the other takes over", async () => {
      const holder = await bench.holder();
      const other = holder === "lb1" ? "lb2" : "lb1";
      const begun = Date.now();
      const dies = () => bench.say("kill", holder);
      const seen = await outcomeOf(bench, title, other, dies).catch(async (error) => {
        await tellJournals(bench.lab);
        throw error;
      });
      assert.deepEqual([seen.attaches, seen.detaches], [1, 1]);
      for (const { address, client } of bench.traffic().slice(1)) {
        assert.deepEqual(await bench.lab.holders(address), [other]);
        const samples = client.samples().filter(({ at }) => at > begun);
        assert.deepEqual([samples.length > 0, summarize(samples).failed], [true, 0]);
      }
    });

    if (!isPrivate) return;

    test("keepalived with a notify script in the agent's place: what the bench compares", async () => {
      const peer = keepalived(100);
      await install(bench, peer, baton(1000));
      await calm(bench, peer);
      const death = rows.find(({ name }) => name === "death") ?? assert.fail("no such row");
      const { holders, elected, moves, calls, failed } = await perform(bench, peer, death);
      assert.deepEqual([holders, elected], [["lb2"], ["lb2"]]);
      // By its script alone: each call once, and no agent that moves it too.
      const kinds = moves.map(({ kind }) => kind);
      assert.deepEqual(kinds, ["attach", "detach"]);
      assert.ok(calls >= 2 && calls <= 10, `${calls} calls`);
      assert.ok(failed > 0);
    });
  });
