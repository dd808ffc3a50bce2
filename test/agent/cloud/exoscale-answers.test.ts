/** Answers that are not what the API's document says are believed in no part, and harm nothing. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { createExoscale } from "../../../agent/cloud/exoscale.ts";
import {
  elasticIpsOf,
  instanceOf,
  instancesOf,
  operationOf,
} from "../../../agent/cloud/exoscale-answers.ts";
import { within } from "./double.ts";

test("an instance is read with what may be left out left out", () => {
  const least = { id: "i", state: "stopped" };
  const read = { ...least, name: "", running: false, ips: [], labels: {}, groups: [], holds: [] };
  assert.deepEqual(instanceOf(least), read);
  assert.deepEqual(instanceOf({ ...least, "elastic-ips": null, "public-ip": null }), read);
});

test("an instance that migrates, starts or shuts down is not taken for dead", () => {
  for (const state of ["running", "migrating", "starting", "stopping"])
    assert.equal(instanceOf({ id: "i", state })?.running, true);
  for (const state of ["stopped", "error", "expunging", "destroying", "destroyed"])
    assert.equal(instanceOf({ id: "i", state })?.running, false);
});

for (const wrong of [
  null,
  [],
  "text",
  { state: "running" },
  { id: "", state: "running" },
  { id: 1, state: "running" },
  { id: "i" },
  { id: "i", state: 1 },
  { id: "i", state: "running", "elastic-ips": {} },
  { id: "i", state: "running", "elastic-ips": ["e"] },
  { id: "i", state: "running", "elastic-ips": [{ id: "e" }, {}] },
  { id: "i", state: "running", "public-ip": 1 },
  { id: "i", state: "running", "security-groups": [null] },
])
  test(`no instance: ${JSON.stringify(wrong)}`, () => {
    assert.equal(instanceOf(wrong), undefined);
    assert.equal(instancesOf({ instances: [{ id: "i", state: "running" }, wrong] }), undefined);
  });

test("lists that are absent, and items that are wrong, are no lists", () => {
  for (const wrong of [null, {}, { instances: {} }, { "elastic-ips": {} }, { instances: null }]) {
    assert.equal(instancesOf(wrong), undefined);
    assert.equal(elasticIpsOf(wrong), undefined);
  }
  assert.equal(elasticIpsOf({ "elastic-ips": [{ id: "e" }] }), undefined);
  assert.equal(operationOf({ id: "o", state: "done" }), undefined);
  assert.equal(operationOf({ state: "success" }), undefined);
});

test("no answer whatsoever makes a check throw", () => {
  const names = ["instances", "elastic-ips", "security-groups", "id", "state", "labels", "ip"];
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      fc.jsonValue(),
      fc.array(tie("any"), { maxLength: 3 }),
      fc.dictionary(fc.constantFrom(...names), tie("any")),
    ),
  })).any;
  fc.assert(
    fc.property(value, (any) => {
      for (const check of [instanceOf, instancesOf, elasticIpsOf, operationOf]) check(any);
    }),
    { numRuns: 1000 },
  );
});

test("an answer about another instance is no observation", async (t) => {
  const server = createServer((_, response) => {
    response.end(JSON.stringify({ id: "other", state: "running" }));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v2`;
  const nowMs = (): number => performance.now();
  const cloud = createExoscale({ endpoint, key: "k", secret: "s", nowMs, wallMs: Date.now });
  t.after(() => {
    cloud.drop();
    server.close();
  });
  const seen = await cloud.observe({ candidates: ["asked"], deadlineMs: within(3000) });
  assert.equal(seen.kind, "unreachable");
});
