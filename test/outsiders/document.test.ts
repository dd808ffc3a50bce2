/** The emulated cloud's calls, and the names in the agent's policy, are those of the document. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { agentPolicy } from "../../infra/identity.ts";
import { actionOf } from "../../lab/emulators/exoscale-routes.ts";
import { judged, officialDocument } from "./document.ts";
import { servedIn } from "./emulated.ts";
import { isLeftOut, leftOut } from "./made.ts";

const skip = isLeftOut && leftOut;

test("each call that is served is the document's, and takes its least body", { skip }, async () => {
  const document = await officialDocument();
  const served = servedIn(document);
  assert.ok(served.length > 60);
  for (const { entry, target, body } of served) {
    const { method, operation } = entry;
    const text = body === undefined ? "" : JSON.stringify(body);
    const called = actionOf(method, new URL(target, "http://localhost"), text);
    assert.ok("action" in called, `${operation.operationId} ${text}: ${JSON.stringify(called)}`);
    assert.equal(called.action.call, operation.operationId);
    const request = { method, target, body: text, contentType: "application/json" };
    assert.deepEqual(judged(document, { ...request, call: called.action.call }), []);
  }
});

test("the agent's policy names operations that the document has", { skip }, async () => {
  const { entries } = await officialDocument();
  const known = new Set(entries.map(({ operation }) => operation.operationId));
  const rules = agentPolicy(["203.0.113.7"]).services?.compute?.rules ?? [];
  const named = rules.flatMap(({ expression = "" }) => [
    ...expression.matchAll(/'([a-z]+(?:-[a-z]+)+)'/g),
  ]);
  assert.ok(named.length > 5);
  for (const [, name = ""] of named) assert.ok(known.has(name), name);
});
