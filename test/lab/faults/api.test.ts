/** Faults of the API befall the agents, and the lab's own calls only where that is said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { actionOf, routes } from "../../../lab/emulators/exoscale-routes.ts";
import { calls } from "../../../lab/faults/calls.ts";
import { type Around, verbNamed } from "../../../lab/faults/verbs.ts";
import { defaultSettings } from "../../../lab/model/exoscale.ts";

/** What is given to the cloud, when agents have two keys or none. */
async function given(line: string, apiKeys: object): Promise<unknown[]> {
  const inputs: unknown[] = [];
  const cloud = { input: (one: unknown) => inputs.push(one), world: () => ({ apiKeys }) };
  const around = { lab: { cloud }, undo: new Map() } as unknown as Around;
  const [verb = "", ...args] = line.split(" ");
  await verbNamed(verb).run(around, args);
  return inputs;
}

const two = { EXO1: { key: "EXO1", name: "lb1-key" }, EXO2: { key: "EXO2", name: "lb2-key" } };
const name = "asked for";
const effect = { kind: "hang" };

test("a fault is for the agents' keys, or for everyone", async () => {
  assert.deepEqual(await given("api-hang list-instances", two), [
    {
      kind: "fault",
      fault: { name, effect, calls: ["list-instances"], from: ["lb1-key", "lb2-key"] },
    },
  ]);
  assert.deepEqual(await given("api-hang everyone", {}), [
    { kind: "fault", fault: { name, effect } },
  ]);
});

test("so is a limit", async () => {
  const limit = { calls: 5, perMs: 2000, retryAfterS: 1 };
  const settings = (rateLimit: object) => [{ kind: "settings", settings: { rateLimit } }];
  const ours = { ...limit, keys: ["EXO1", "EXO2"] };
  assert.deepEqual(await given("api-limit 5 2", two), settings(ours));
  assert.deepEqual(await given("api-limit 5 2 everyone", two), settings(limit));
});

test("before there is an agent, nobody else is met in its place", async () => {
  for (const line of ["api-hang", "api-error 503", "api-limit 1 1"])
    await assert.rejects(given(line, {}), /no agent has a key yet.*add `everyone`/);
  assert.equal(defaultSettings.rateLimit, undefined);
});

test("a fault can be for each call that is served", () => {
  const id = "00000000-0000-4000-8000-000000000000";
  const served = routes.flatMap((route) => {
    const [method = "", path = ""] = route.split(" ");
    const url = new URL(`http://cloud/v2/${path.replaceAll(/:id|:name/g, id)}`);
    const called = actionOf(method, url, "");
    return "action" in called ? [called.action.call] : [];
  });
  assert.ok(served.length > routes.length / 2);
  assert.deepEqual(
    served.filter((call) => !calls.includes(call)),
    [],
  );
  assert.equal(calls.length, routes.length);
});
