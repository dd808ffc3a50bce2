/** What a person sees of a run: steps that take a while, and who holds. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Sample } from "../../../lab/client/measure.ts";
import { render, type SeenAddress } from "../../../lab/view/live.ts";
import { progressOn, screenFor } from "../../../lab/view/progress.ts";
import {
  address as addressStatus,
  peer,
  sample as sampleStatus,
} from "../../agent/status/sample.ts";

/** A screen that keeps what is written, and a clock that is moved by hand. */
function around({ isLive = false, columns = 80 } = {}) {
  const written: string[] = [];
  let now = 0;
  const screen = { write: (text: string) => void written.push(text), isLive, columns };
  return {
    progress: progressOn(screen, () => now),
    after: (ms: number) => {
      now += ms;
    },
    text: () => written.join(""),
  };
}

test("a step that is over tells its time, and gives its result", async () => {
  const { progress, after, text } = around();
  const result = await progress.step("pulumi up", async () => {
    after(12_340);
    return 7;
  });
  assert.equal(result, 7);
  assert.equal(text(), "✓ pulumi up  12.3 s\n");
});

test("a step that fails is marked, and its failure goes on", async () => {
  const { progress, text } = around();
  const failing = progress.step("images", () => Promise.reject(new Error("no disk")));
  await assert.rejects(failing, /no disk/);
  assert.equal(text(), "✗ images  0.0 s\n");
});

test("lines that stay come at most every five seconds", async () => {
  const { progress, after, text } = around();
  await progress.step("boot", async (detail) => {
    detail("at once");
    after(5001);
    detail("later");
    detail("again");
  });
  assert.equal(text(), "  boot: later\n✓ boot  5.0 s\n");
});

test("a line that is written over fits its terminal, however narrow", async () => {
  for (const columns of [1, 20, 40]) {
    const { progress, text } = around({ isLive: true, columns });
    await progress.step("a title that is long", async (detail) => detail("and more ".repeat(9)));
    for (const part of text().split("\r\x1b[2K").slice(1))
      assert.ok(part.trimEnd().length <= Math.max(20, columns - 1), part);
  }
});

test("only a terminal that can is written over", () => {
  const write = () => {};
  assert.equal(screenFor(write, { isTTY: true, columns: 80 }, "xterm").isLive, true);
  assert.equal(screenFor(write, { isTTY: true, columns: 80 }, "dumb").isLive, false);
  assert.equal(screenFor(write, {}, "xterm").isLive, false);
  assert.equal(screenFor(write, { isTTY: true, columns: 0 }, "xterm").columns, 120);
  assert.equal(screenFor(write, {}, undefined).columns, 120);
});

const sample = (n: number, rest: Partial<Sample>): Sample => ({ n, at: n * 20, ms: 2, ...rest });

const nothing: SeenAddress = {
  address: "198.51.100.50",
  holders: [],
  recent: [],
  failed: 0,
  sent: 0,
};

test("the view of nothing at all says so", () => {
  assert.deepEqual(render({ nodes: [], addresses: [nothing] }), [
    "198.51.100.50 is held by nobody",
    "requests: none answered   failed now 0/s, in all 0 of 0",
  ]);
});

test("the first line names a split, and who does not hear whom", () => {
  const node = (name: string, other: string, heard: boolean, role: string) => ({
    name,
    isOn: true,
    status: sampleStatus({
      node: name,
      addresses: [addressStatus({ ip: nothing.address, role })],
      peers: [peer({ name: `shop-${other}`, heard })],
    }),
  });
  const first = (...nodes: Parameters<typeof render>[0]["nodes"][number][]) =>
    render({ nodes, addresses: [{ ...nothing, holders: ["lb1"] }] })[0];
  const held = "198.51.100.50 is held by lb1";
  const [deaf, deafToo] = [
    node("lb1", "lb2", false, "master"),
    node("lb2", "lb1", false, "master"),
  ];
  const fine = node("lb2", "lb1", true, "backup");
  assert.equal(first(node("lb1", "lb2", true, "master"), fine), held);
  assert.equal(
    first(deaf, deafToo),
    `${held}; split: lb1 and lb2 do not hear each other, and both say that they hold it`,
  );
  const waits = node("lb2", "lb1", false, "backup");
  assert.equal(first(deaf, waits), `${held}; split: lb1 and lb2 do not hear each other`);
  assert.equal(first(deaf, fine), `${held}; lb1 does not hear lb2`);
  // One that is dead or frozen is no split: it says nothing.
  assert.equal(first(deaf, { name: "lb2", isOn: true, status: undefined }), held);
});

test("the view counts answers by app server, and names all that hold", () => {
  const one = {
    ...nothing,
    holders: ["lb1", "lb2"],
    recent: [
      sample(0, { status: 200, backend: "app2" }),
      sample(1, { status: 200, backend: "app1" }),
      sample(2, { status: 200 }),
      sample(3, { status: 503 }),
      sample(4, { error: "timeout" }),
    ],
    failed: 12,
    sent: 99,
  };
  const nodes = [
    { name: "lb1", isOn: false, status: undefined },
    { name: "lb2", isOn: true, status: undefined },
  ];
  const other = { ...nothing, address: "198.51.100.51", holders: ["lb2"] };
  assert.deepEqual(render({ nodes, addresses: [one, other] }), [
    "198.51.100.50 is held by lb1 and lb2",
    "  lb1        off",
    "  lb2        its agent does not answer",
    "requests: app1 1/s  app2 1/s  unknown 1/s   failed now 2/s, in all 12 of 99",
    "198.51.100.51 is held by lb2",
    "  lb1        off",
    "  lb2        its agent does not answer",
    "requests: none answered   failed now 0/s, in all 0 of 0",
  ]);
});
