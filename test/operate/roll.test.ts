/** A roll against a cloud of two nodes in memory: who leaves when, and where it stops. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Ports, Step } from "../../operate/move.ts";
import type { Ran } from "../../operate/remote.ts";
import { type Engine, namesIn, stepsIn } from "../../operate/roll/engine.ts";
import type { Mark, Marks } from "../../operate/roll/mark.ts";
import { type Rolled, resume, roll } from "../../operate/roll/roll.ts";
import { takeSnapshot } from "../../operate/snapshot.ts";
import { WorldFailure } from "../../stack/failure.ts";
import { peer } from "../agent/status/sample.ts";
import { answers, instance, stackOf } from "./scene.ts";

const stack = stackOf("nodes: 2");

type Trouble = {
  /** Nodes that come back sick. */
  readonly breaks?: readonly string[];
  /** Nodes that are sick as the roll begins. */
  readonly sick?: readonly string[];
  /** The engine's own failure at a replacement. */
  readonly fails?: boolean;
  readonly patienceMs?: number;
  /** What `baton:replace` names, and who is in maintenance, as the roll begins. */
  readonly named?: readonly string[];
  readonly out?: readonly string[];
  /** What a roll before has noted. */
  readonly mark?: Mark | undefined;
  /** Whether SSH is gone once somebody has left. */
  readonly lost?: boolean;
  /** Told of each deed as it is done. */
  readonly onDeed?: (deed: string) => void;
};

/** @param changed nodes that are not what the stack file says */
function world(changed: readonly string[], trouble: Trouble = {}) {
  const {
    breaks = [],
    sick = [],
    fails = false,
    named = [],
    out = [],
    mark: noted,
    lost = false,
    onDeed,
  } = trouble;
  const deeds: string[] = [];
  const does = (deed: string): void => {
    deeds.push(deed);
    onDeed?.(deed);
  };
  const machines = new Map(
    ["lb1", "lb2"].map((node) => [node, { turn: 1, sick: sick.includes(node) }]),
  );
  const left = new Set(changed);
  const maintenance = new Set(out);
  let holder = "lb1";
  const idOf = (node: string): string => `${node}-${machines.get(node)?.turn}`;
  const hosts = () => ["lb1", "lb2"].map((node) => instance(node, { id: idOf(node) }));
  const other = (node: string): string => (node === "lb1" ? "lb2" : "lb1");
  const ports: Ports = {
    cloud: {
      look: async () => ({
        hosts: hosts(),
        addresses: [{ name: "web", ip: "203.0.113.7", id: "web", holders: [holder] }],
      }),
      holders: async () => {
        onDeed?.("the cloud tells who holds");
        return new Map([["web", [holder]]]);
      },
      stop: () => assert.fail("nothing is stopped"),
      start: () => assert.fail("nothing is started"),
    },
    remote: async ({ host }, command) => {
      const said = (stdout: string): Ran => ({ kind: "ran", code: 0, stdout, stderr: "" });
      if (command.includes("maintenance on")) {
        maintenance.add(host);
        if (holder === host) holder = other(host);
        does(`${host} leaves`);
        return said("");
      }
      if (command.includes("maintenance off")) {
        if (lost) return { kind: "unreachable", why: "timed out" };
        maintenance.delete(host);
        does(`${host} is let in`);
        return said("");
      }
      const agent = answers(host, {
        healthy: machines.get(host)?.sick === false,
        maintenance: maintenance.has(host),
        peers: [peer({ id: idOf(other(host)) })],
      });
      return said(agent.kind === "answers" ? JSON.stringify(agent.status) : "");
    },
  };
  const engine: Engine = {
    stackFile: async () => "shop.yaml",
    named: async () => named,
    wouldChange: async (resource, host) => {
      assert.equal(resource, `shop-${host}`);
      onDeed?.(`${host} is compared`);
      return left.has(host);
    },
    replace: async (host) => {
      assert.notEqual(holder, host, "who holds is never replaced");
      if (fails) throw new WorldFailure("pulumi up failed (255): no quota", "mend that");
      left.delete(host);
      maintenance.delete(host);
      machines.set(host, { turn: 2, sick: breaks.includes(host) });
      does(`${host} is replaced`);
    },
    release: async () => does("nobody is named any more"),
  };
  let mark = noted;
  const marks: Marks = {
    read: () => mark,
    write: ({ host, id }) => {
      assert.ok(!maintenance.has(host), "it is noted before anything is asked");
      mark = { stack: "shop", node: host, instance: id, by: "a test" };
      onDeed?.(`${host} is noted`);
    },
    remove: () => {
      mark = undefined;
    },
  };
  const rolled: Rolled[] = [];
  const titles: string[] = [];
  const run = async (signal = new AbortController().signal) => {
    const step: Step = (title, work) => {
      titles.push(title);
      return work();
    };
    const turn = { stack, engine, marks, signal, step };
    const snapshot = await resume(ports, turn, await takeSnapshot(stack, ports));
    return roll(ports, {
      ...turn,
      snapshot,
      patienceMs: trouble.patienceMs ?? 10,
      onRolled: (one) => void rolled.push(one),
    });
  };
  return { run, deeds, rolled, titles, mark: () => mark };
}

test("the other first, then the holder, which leaves before it is replaced", async () => {
  const { run, deeds, rolled } = world(["lb1", "lb2"]);
  await run();
  assert.deepEqual(deeds, [
    "lb2 leaves",
    "lb2 is replaced",
    "lb1 leaves",
    "lb1 is replaced",
    "nobody is named any more",
  ]);
  assert.deepEqual(
    rolled.map(({ node, replaced }) => [node, replaced]),
    [
      ["lb2", true],
      ["lb1", true],
    ],
  );
});

test("who is as the stack file says is left alone, so a second run goes on from the first", async () => {
  const half = world(["lb1"]);
  await half.run();
  assert.deepEqual(half.deeds, ["lb1 leaves", "lb1 is replaced", "nobody is named any more"]);
  const done = world([]);
  await done.run();
  assert.deepEqual(done.deeds, ["nobody is named any more"]);
});

test("where one does not come back the next is not touched, and the one stays named", async () => {
  const { run, deeds } = world(["lb1", "lb2"], { breaks: ["lb2"] });
  await assert.rejects(
    run(),
    /lb2 was replaced and does not come back; the others were not touched/,
  );
  assert.deepEqual(deeds, ["lb2 leaves", "lb2 is replaced"]);
});

test("a roll that is interrupted before it begins touches nothing", async () => {
  const { run, deeds } = world(["lb1", "lb2"]);
  assert.equal(await run(AbortSignal.abort()), undefined);
  assert.deepEqual(deeds, []);
});

/** A roll that somebody has had enough of as soon as a deed is done. */
async function interruptedAt(
  last: string,
  trouble: Trouble = {},
  changed: readonly string[] = ["lb1", "lb2"],
) {
  const interrupt = new AbortController();
  const onDeed = (deed: string): void => {
    if (deed === last) interrupt.abort();
  };
  const { run, deeds } = world(changed, { ...trouble, onDeed });
  return { left: await run(interrupt.signal), deeds };
}

test("interrupted before the machine goes, the node is let back in", async () => {
  assert.deepEqual(await interruptedAt("lb2 leaves"), {
    left: undefined,
    deeds: ["lb2 leaves", "lb2 is let in", "nobody is named any more"],
  });
});

test("where it cannot be let in, the roll says that it is left in maintenance", async () => {
  await assert.rejects(interruptedAt("lb2 leaves", { lost: true }), {
    message: /^lb2 is left in maintenance, as lb2 was not asked: timed out/,
    fix: "`npx baton roll` lets it back in",
  });
});

test("interrupted after that, the node stays named until it is seen back", async () => {
  assert.deepEqual(await interruptedAt("lb2 is replaced", { breaks: ["lb2"] }), {
    left: "lb2",
    deeds: ["lb2 leaves", "lb2 is replaced"],
  });
  assert.deepEqual(await interruptedAt("lb2 is replaced"), {
    left: undefined,
    deeds: ["lb2 leaves", "lb2 is replaced", "nobody is named any more"],
  });
});

test("whom a roll before has left, and who is not back, stays named when the next is interrupted", async () => {
  const left = { sick: ["lb2"], named: ["lb2"] };
  const asItWas = { left: "lb2", deeds: [] };
  assert.deepEqual(await interruptedAt("lb2 is compared", left, ["lb1"]), asItWas);
  const { run, deeds } = world(["lb1"], left);
  assert.deepEqual({ left: await run(AbortSignal.abort()), deeds }, asItWas);
  const inTime = AbortSignal.timeout(5);
  assert.deepEqual(await world(["lb1"], { ...left, patienceMs: 2000 }).run(inTime), "lb2");
});

test("an update that fails before the machine goes lets the node back in, and says so", async () => {
  const { run, deeds } = world(["lb2"], { fails: true });
  await assert.rejects(
    run(),
    /pulumi up failed \(255\): no quota; lb2 was let back into the election; mend that/,
  );
  assert.deepEqual(deeds, ["lb2 leaves", "lb2 is let in"]);
});

test("who was in maintenance before stays so when the update fails", async () => {
  const { run, deeds } = world(["lb2"], { fails: true, out: ["lb2"] });
  await assert.rejects(run(), /no quota; lb2 is in maintenance as before; mend that/);
  assert.deepEqual(deeds, []);
  assert.deepEqual(await interruptedAt("the cloud tells who holds", { out: ["lb2"] }, ["lb2"]), {
    left: undefined,
    deeds: ["nobody is named any more"],
  });
});

/** A roll that is killed as soon as a deed is done: what it leaves at the desk. */
async function killedAt(last: string): Promise<Mark | undefined> {
  const { run, mark } = world(["lb1", "lb2"], {
    onDeed: (deed) => {
      if (deed === last) throw new Error("killed");
    },
  });
  await assert.rejects(run(), { message: "killed" });
  return mark();
}

test("whom a roll that was killed left in maintenance is let back in first", async () => {
  const left = await killedAt("lb2 leaves");
  const { run, deeds, titles, mark } = world([], { named: ["lb2"], out: ["lb2"], mark: left });
  await run();
  assert.deepEqual(deeds, ["lb2 is let in", "nobody is named any more"]);
  assert.equal(
    titles[0],
    "lb2 is let back into the election: a roll that was cut off has left it out",
  );
  assert.equal(mark(), undefined);
});

test("a maintenance that began after a roll was killed in its preview is not a roll's", async () => {
  const left = await killedAt("lb2 is compared");
  assert.equal(left, undefined);
  const { run, deeds } = world([], { named: ["lb2"], out: ["lb2"], mark: left });
  await assert.rejects(run(), /lb2 is in maintenance, which no roll from this desk has put it in/);
  assert.deepEqual(deeds, ["nobody is named any more"]);
});

test("a note stands for one machine, and no longer than its maintenance", async () => {
  const left = await killedAt("lb2 is noted");
  assert.deepEqual(left, { stack: "shop", node: "lb2", instance: "lb2-1", by: "a test" });
  // That roll had not asked yet; whoever puts it in maintenance after this one is somebody else.
  const well = world([], { mark: left });
  await well.run();
  assert.deepEqual([well.deeds, well.mark()], [["nobody is named any more"], undefined]);
  const another = world([], { out: ["lb2"], mark: { ...left, instance: "lb2-0" } as Mark });
  await assert.rejects(
    another.run(),
    /lb2 is in maintenance, which no roll from this desk has put it in/,
  );
  assert.equal(another.mark(), undefined);
});

test("a roll that ends in order leaves no note, whatever came of it", async () => {
  const all = world(["lb1", "lb2"]);
  await all.run();
  const failed = world(["lb2"], { fails: true });
  await assert.rejects(failed.run());
  const interrupt = new AbortController();
  const onDeed = (deed: string): void => {
    if (deed === "lb2 leaves") interrupt.abort();
  };
  const ended = world(["lb2"], { onDeed });
  await ended.run(interrupt.signal);
  assert.deepEqual([all.mark(), failed.mark(), ended.mark()], [undefined, undefined, undefined]);
  const lost = world(["lb2"], { fails: true, lost: true });
  await assert.rejects(lost.run(), /lb2 is left in maintenance/);
  assert.equal(lost.mark()?.node, "lb2");
});

test("whom somebody has put in maintenance is not let in by a roll", async () => {
  const { run, deeds } = world([], { out: ["lb2"] });
  await assert.rejects(
    run(),
    /lb2 is in maintenance, which no roll from this desk has put it in; .*`npx baton maintenance STACK lb2 off`/,
  );
  assert.deepEqual(deeds, ["nobody is named any more"]);
});

test("what a config names is read as the program reads it", () => {
  assert.deepEqual(namesIn('{"baton:replace":{"value":"lb2, app1","secret":false}}'), [
    "lb2",
    "app1",
  ]);
  assert.deepEqual(namesIn('{"baton:stack":{"value":"stack.yaml","secret":false}}'), []);
  assert.throws(() => namesIn("error"), { fix: /nothing was touched/ });
});

test("a preview that is not understood is a failure with a fix", () => {
  const urn = "urn:pulumi:shop::baton::exoscale:index/computeInstance:ComputeInstance::shop-lb1";
  const one = { op: "replace", urn };
  assert.deepEqual(stepsIn(JSON.stringify({ steps: [one], duration: 1 })), [one]);
  assert.deepEqual(stepsIn("{}"), []);
  for (const said of ["", "warning: old\n{}", '{"steps":[1]}'])
    assert.throws(() => stepsIn(said), { name: "WorldFailure", fix: /nothing was touched/ });
});
