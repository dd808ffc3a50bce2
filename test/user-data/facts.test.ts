/** Facts: what `pulumi stack output --json` gives, and no more. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Facts, noFacts, parseFacts } from "../../user-data/facts.ts";

const problemsOf = (data: unknown): string => {
  const parsed = parseFacts(JSON.stringify(data));
  assert.ok(!parsed.ok);
  return parsed.problems.join("\n");
};

test("what else a program outputs is left alone", () => {
  const data = { addresses: { web: { ip: "2001:db8::1", id: "x", more: 1 } }, readme: "text" };
  const parsed = parseFacts(JSON.stringify(data));
  assert.deepEqual(parsed, {
    ok: true,
    facts: { addresses: { web: { ip: "2001:db8::1", id: "x" } }, secrets: {} },
  });
  assert.deepEqual(parseFacts("{}"), { ok: true, facts: noFacts });
});

test("a masked secret says how to unmask it, alone and inside", () => {
  const advice = /--show-secrets/;
  assert.match(problemsOf({ agentCredentials: { key: "k", secret: "[secret]" } }), advice);
  assert.match(problemsOf({ agentCredentials: "[secret]" }), /^agentCredentials: .*--show-secrets/);
  assert.match(problemsOf({ secrets: { BATON: "[secret]" } }), /^secrets\.BATON: /);
  assert.match(problemsOf({ secrets: "[secret]" }), advice);
  assert.doesNotMatch(problemsOf({ secrets: 7 }), advice);
});

test("all problems are told at once, each with its place", () => {
  const text = problemsOf({ addresses: { a: { ip: "999.1.1.1" }, b: { id: "" } }, secrets: [] });
  assert.match(text, /^addresses\.a\.ip: this is not an address$/m);
  assert.match(text, /^addresses\.b\.id: /m);
  assert.match(text, /^secrets: /m);
});

test("text that is no JSON is a problem and not a crash", () => {
  for (const text of ["", "{", "addresses: {}"]) {
    const parsed = parseFacts(text);
    assert.ok(!parsed.ok && /not JSON/.test(parsed.problems[0] ?? ""), text);
  }
  assert.match(problemsOf(null), /^facts: /);
});

test("the type has no place for what exists only after another load balancer was made", () => {
  // @ts-expect-error: nothing is known of nodes
  const perNode: Facts = { ...noFacts, nodes: { lb1: { ip: "198.51.100.11" } } };
  // @ts-expect-error: nor of peers
  const peers: Facts = { ...noFacts, peers: ["198.51.100.11"] };
  const address = { ip: "198.51.100.50", holder: "lb1" };
  // @ts-expect-error: nor who holds an address, when it is written out in place
  const held: Facts = { ...noFacts, addresses: { web: { ip: address.ip, holder: "lb1" } } };
  type Names = "addresses" | "securityGroup" | "agentCredentials" | "secrets";
  const exact: Record<Names, true> = {} as Record<keyof Facts, true>;
  const known: Record<keyof Facts, true> = {} as Record<Names, true>;
  // At run time too, what does not belong falls away.
  const parsed = parseFacts(JSON.stringify({ ...perNode, ...peers, addresses: held.addresses }));
  assert.deepEqual(parsed, {
    ok: true,
    facts: { addresses: { web: { ip: address.ip } }, secrets: {} },
  });
  assert.deepEqual([exact, known], [{}, {}]);
});
