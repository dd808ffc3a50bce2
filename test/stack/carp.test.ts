/** Rules and defaults of stacks whose nodes run CARP. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadStack } from "../../stack/load.ts";

const stack = (change: (source: string) => string = (source) => source) =>
  loadStack(
    change(`name: edge
cloud: { provider: ovh, region: SBG5, project: t18s }
system: openbsd-7
networks:
  public: { type: public, interface: vio0 }
  carp: { interface: vio2, cidr: 10.25.0.0/16, ips: none }
addresses:
  web: { ip: 203.0.113.10 }
proxy: none
election: { carp-address: 10.25.0.10 }
`),
    "stack.yaml",
  );

const errorsOf = (loaded: ReturnType<typeof stack>): string[] =>
  loaded.ok
    ? []
    : loaded.diagnostics
        .filter(({ severity }) => severity === "error")
        .map(({ path }) => path.join("."));

test("the address lies on the public interface, and a network without ips plans none", () => {
  const loaded = stack();
  assert.ok(loaded.ok);
  assert.equal(loaded.stack.election.method, "carp");
  assert.equal(loaded.stack.addresses[0]?.interface, "vio0");
  assert.deepEqual(
    loaded.stack.nodes.map(({ ips }) => ips),
    [{}, {}],
  );
});

test("without networks an OpenBSD stack has OpenBSD's names for the usual two", () => {
  const loaded = stack((source) =>
    source.replace(/networks:\n(?: .*\n)+/, "").replace("10.25", "10.0"),
  );
  assert.ok(loaded.ok);
  assert.deepEqual(
    loaded.stack.networks.map((network) => network.interface),
    ["vio0", "vio1"],
  );
});

test("CARP without a public network is refused", () => {
  assert.deepEqual(errorsOf(stack((source) => source.replace(/ {2}public: .*\n/, ""))), [
    "networks",
  ]);
});

test("ips: none is refused on a network that CARP does not speak on", () => {
  const loaded = stack((source) =>
    source
      .replace(
        "addresses:",
        "  internal: { interface: vio1, cidr: 10.24.0.0/16, ips: none }\naddresses:",
      )
      .replace("election: {", "election: { network: carp,"),
  );
  assert.deepEqual(errorsOf(loaded), ["networks.internal.ips"]);
});

test("a preempt delay is refused, since carp(4) has none", () => {
  const loaded = stack((source) => source.replace("election: {", "election: { preempt-delay: 5s,"));
  assert.deepEqual(errorsOf(loaded), ["election.preempt-delay"]);
});
