/** Words that are wrong befall nobody: each is told by name, before the lab is touched. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { planPlace, usualName, wordFor } from "../../../lab/fabric/place.ts";
import { type Around, verbNamed } from "../../../lab/faults/verbs.ts";
import { WorldFailure } from "../../../stack/failure.ts";

const instance = (host: string) => {
  if (host === "lb1" || host === "lb2") return { id: `id-of-${host}` };
  throw new WorldFailure(`the cloud has no host ${host}`, "it has: lb1, lb2");
};

/** Whatever is asked of it fails the test. */
const untouchable = new Proxy(
  {},
  { get: (_, verb) => () => assert.fail(`${String(verb)} was called`) },
);

const untouched = {
  instance,
  fabric: untouchable,
  cloud: untouchable,
  owner: untouchable,
} as unknown as Around["lab"];

const wrong: readonly (readonly [line: string, says: RegExp])[] = [
  ["kill", /NODE is missing; type: kill NODE/],
  ["kill lb3", /no host lb3; it has: lb1, lb2/],
  ["kill client", /no host client/],
  ["kill lb1 lb2", /"lb2" is more than `kill` takes; type: kill NODE/],
  ["kill lb1 ünï ☃", /"ünï ☃" is more/],
  ["heal lb1", /"lb1" is more than `heal` takes; type: heal/],
  ["exec lb1", /COMMAND… is missing/],
  ["cut lb1", /B is missing/],
  ["journal lb1 baton", /"baton" is no part of a journal; the second word is `--all`/],
  ["cut lb1 lb1", /lb1 is both ends/],
  ["cut client client", /client is both ends/],
  ["cut lb1 lb2 oneway", /"oneway" is no way to cut/],
  ["mend lb1 lb1", /lb1 is both ends/],
  ["impair lb1", /LOSS% is missing/],
  ["impair lb1 101", /"101" is no percentage; give a number from 0 to 100/],
  ["impair lb1 NaN", /"NaN" is no percentage/],
  ["impair lb1 5 -1", /"-1" is no delay/],
  ["impair lb1 5 Infinity", /"Infinity" is no delay/],
  ["api-error", /STATUS is missing/],
  ["api-error 9999", /"9999" is no HTTP status of an error; give a number from 400 to 599/],
  ["api-error 200", /"200" is no HTTP status of an error/],
  ["api-error 500.5", /whole number/],
  ["api-error 503 BOGUS-CALL", /no call "BOGUS-CALL"; it has: .*list-instances, list-private/],
  ["api-slow 10 list-instances toString", /no call "toString"/],
  ["api-hang Everyone", /no call "Everyone"/],
  ["api-limit 10 1 all", /"all" is nobody; the third word is `everyone`/],
  ["api-slow 1e12", /"1e12" is no time/],
  ["api-limit 10", /PER_SECONDS is missing/],
  ["api-limit 10 0", /"0" is no number of seconds/],
  ["api-limit 1.5 1", /whole number/],
];

describe("words that are wrong", () => {
  for (const [line, says] of wrong)
    test(line, async () => {
      const [verb = "", ...args] = line.split(" ");
      const around = { lab: untouched, undo: new Map() };
      await assert.rejects(verbNamed(verb).run(around, args), (error) => {
        assert.ok(error instanceof WorldFailure);
        assert.match(error.message, says);
        return true;
      });
    });

  test("a command that fails without a word is told by its code", async () => {
    const fabric = { exec: async () => ({ code: 1, stdout: "", stderr: "" }) };
    const lab = { instance, fabric } as unknown as Around["lab"];
    await assert.rejects(
      verbNamed("exec").run({ lab, undo: new Map() }, ["lb1", "false"]),
      /^WorldFailure: `false` failed on lb1 \(1\); `journal lb1 --all` may tell more$/,
    );
  });

  test("a journal is the agent's alone, unless all is asked for or there is no agent", async () => {
    const asked: (string | undefined)[][] = [];
    const fabric = {
      journal: async (id: string, unit?: string) => {
        asked.push([id, unit]);
        return "lines";
      },
    };
    const lab = {
      instance: (host: string) => ({ id: host }),
      hostOf: (id: string) => id,
      stack: { nodes: [{ name: "lb1" }] },
      fabric,
    } as unknown as Around["lab"];
    const around = { lab, undo: new Map() };
    for (const args of [["lb1"], ["lb1", "--all"], ["app1"]])
      assert.equal(await verbNamed("journal").run(around, args), "lines");
    assert.deepEqual(asked, [
      ["lb1", "baton"],
      ["lb1", undefined],
      ["app1", undefined],
    ]);
  });

  test("what is frozen is told by its name, with what to type", async () => {
    const place = planPlace("shop");
    const frozen = async () => {
      throw new WorldFailure("id-of-lb1 is frozen", wordFor(place, "thaw", "id-of-lb1"));
    };
    const lab = { instance, fabric: { exec: frozen } } as unknown as Around["lab"];
    await assert.rejects(verbNamed("exec").run({ lab, undo: new Map() }, ["lb1", "true"]), {
      problem: "lb1 is frozen",
      fix: "npx baton lab --name shop thaw lb1",
    });
    assert.equal(wordFor(planPlace(usualName), "boot", "lb2"), "npx baton lab boot lb2");
  });

  test("a word of the lab's own that prints nothing is done; a command's nothing is told", async () => {
    const fabric = { exec: async () => ({ code: 0, stdout: "\n", stderr: "" }) };
    const around = { lab: { instance, fabric } as unknown as Around["lab"], undo: new Map() };
    assert.equal(await verbNamed("agent-kill").run(around, ["lb1"]), undefined);
    assert.equal(await verbNamed("exec").run(around, ["lb1", "true"]), "");
  });

  test("an empty word is no number", async () => {
    const run = verbNamed("impair").run({ lab: untouched, undo: new Map() }, ["lb1", ""]);
    await assert.rejects(run, /"" is no percentage/);
  });

  test("names that every object has are no verbs", () => {
    for (const name of ["", "__proto__", "constructor", "toString"])
      assert.throws(() => verbNamed(name), /the lab has no command/);
  });
});
