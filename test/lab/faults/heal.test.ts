/** Healing undoes all that it can, and tells what it could not. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Around, verbNamed } from "../../../lab/faults/verbs.ts";
import { WorldFailure } from "../../../stack/failure.ts";

/** Two load balancers, one of them off, and an app server that is stopped. */
function around(fails: RegExp = /^$/) {
  const done: string[] = [];
  let turns = 0;
  const act = (what: string, result?: unknown) => {
    if (fails.test(what)) throw new WorldFailure(`no ${what}`, "none");
    done.push(what);
    return result;
  };
  const instances = {
    lb1: { id: "lb1", state: "running" },
    lb2: { id: "lb2", state: "running" },
    app1: { id: "app1", state: "stopped" },
  };
  const fabric = {
    cutFromApi: async (id: string, on: boolean) => act(`api ${id} ${on}`),
    cutFromMetadata: async (id: string, on: boolean) => act(`metadata ${id} ${on}`),
    impair: async (id: string, how: object) => act(`impair ${id} ${JSON.stringify(how)}`),
    mend: async (one: string, other: string) => act(`mend ${one} ${other}`),
    isOn: (id: string) => id === "lb1",
    isFrozen: (id: string) => id === "lb1",
    freeze: async (id: string, on: boolean) => act(`freeze ${id} ${on}`),
    startHost: async (id: string) => act(`boot ${id}`),
    exec: async (id: string, argv: readonly string[]) =>
      act(`${id}: ${argv.at(-1)}`, { code: 0, stdout: "", stderr: "" }),
  };
  const lab = {
    fabric,
    cloud: {
      world: () => ({ instances }),
      input: ({ kind }: { kind: string }) => act(`cloud ${kind}`),
    },
    owner: {
      start: async (id: string) => act(`start ${id}`),
      stop: async (id: string) => act(`stop ${id}`),
      heartbeatRules: () => {
        turns += 1;
        const rule = `rule ${turns}`;
        return {
          drop: async () => act(`drop ${rule}`),
          putBack: async () => act(`put back ${rule}`),
        };
      },
    },
    stack: { nodes: [{ name: "lb1" }, { name: "lb2" }] },
    hostOf: (id: string) => id,
    instance: (host: string) => ({ id: host }),
    settled: async () => act("settled"),
  };
  const undo = new Map([
    ["first", async () => void act("first")],
    ["second", async () => void act("second")],
  ]);
  return { around: { lab, undo } as unknown as Around, done, undo };
}

const takesPart = "systemctl start baton && baton-agent maintenance off";

test("healing undoes cuts, rules and faults, and brings hosts and agents back", async () => {
  const { around: whole, done, undo } = around();
  assert.equal(await verbNamed("heal").run(whole, []), undefined);
  assert.equal(undo.size, 0);
  const wanted = [
    ...["cloud mend", "cloud settings", "first", "second"],
    ...["api lb2 false", "metadata lb2 false", "impair lb2 {}", "mend lb1 lb2", "mend lb1 client"],
    ...["freeze lb1 false", "boot lb2", "start app1"],
    ...[`lb1: ${takesPart}`, `lb2: ${takesPart}`],
  ];
  for (const what of wanted) assert.ok(done.includes(what), what);
  assert.ok(!done.includes(`app1: ${takesPart}`));
});

test("one undoing that fails keeps no other from being done, and may be asked for again", async () => {
  const { around: whole, done, undo } = around(/^(first|impair lb1|freeze lb1)/);
  await assert.rejects(verbNamed("heal").run(whole, []), (error) => {
    assert.ok(error instanceof WorldFailure);
    assert.match(
      error.problem,
      /first: no first.*; packets of lb1: no impair lb1.*; lb1: no freeze/,
    );
    return true;
  });
  assert.deepEqual([...undo.keys()], ["first"]);
  for (const what of ["second", "impair lb2 {}", "mend lb1 lb2", "boot lb2", `lb2: ${takesPart}`])
    assert.ok(done.includes(what), what);
});

test("a frozen host is not stopped, but what to do is told; a stop is waited for", async () => {
  const { around: whole, done } = around();
  for (const verb of ["stop", "reboot"])
    await assert.rejects(
      verbNamed(verb).run(whole, ["lb1"]),
      /lb1 is frozen and hears nothing; `thaw` it first, or `kill` it/,
    );
  assert.deepEqual(done, []);
  await verbNamed("stop").run(whole, ["lb2"]);
  assert.deepEqual(done, ["stop lb2", "settled"]);
});

test("rules that were dropped in part come back, all of them", async () => {
  const { around: whole, done } = around(/^drop rule 1/);
  await assert.rejects(verbNamed("drop-heartbeats").run(whole, []), /no drop rule 1/);
  await verbNamed("drop-heartbeats").run(whole, []);
  await verbNamed("allow-heartbeats").run(whole, []);
  assert.deepEqual(done, ["drop rule 2", "put back rule 1", "put back rule 2"]);
});
