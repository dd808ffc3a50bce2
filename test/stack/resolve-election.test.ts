/** The election that a stack file leads to, and the rank of each node in it. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Base } from "./bases.ts";
import { stackOf } from "./rule-case.ts";

describe("the election follows the cloud and the system", () => {
  const methods: readonly (readonly [Base, string])[] = [
    ["exoscale", "heartbeat"],
    ["ovh", "heartbeat"],
    ["openstack", "vrrp"],
    ["oci", "vrrp"],
    ["openbsd", "carp"],
  ];
  for (const [base, method] of methods) {
    test(`${base}: ${method}`, () => {
      const changes = base === "openbsd" ? { "election.method": undefined } : {};
      assert.equal(stackOf(base, changes).election.method, method);
    });
  }

  test("VRRP has a password and whole seconds in version 2, fractions in version 3", () => {
    const election = (interval: string) =>
      stackOf("oci", { "election.interval": interval }).election;
    const expected = {
      method: "vrrp",
      preempt: true,
      preemptDelayMs: 0,
      instance: "VI_1",
      routerId: 51,
      authPass: undefined,
      network: "outside",
    };
    assert.deepEqual(election("2s"), { ...expected, intervalMs: 2000, version: 2 });
    assert.deepEqual(election("0.25s"), { ...expected, intervalMs: 250, version: 3 });
  });

  test("VRRP speaks version 3 over IPv6", () => {
    const { election } = stackOf("oci", {
      "networks.inside.cidr": "fd00:1::/64",
      "addresses.inner.vip": "fd00:1::100",
      "election.network": "inside",
    });
    assert.equal(election.method === "vrrp" && election.version, 3);
  });

  test("CARP has vhid 1, on the network that is named", () => {
    const { election } = stackOf("openbsd");
    assert.ok(election.method === "carp");
    assert.deepEqual(
      [election.routerId, election.network, election.carpAddress, election.alias],
      [1, "carp", "10.25.0.10", "permanent"],
    );
  });

  test("heartbeat peers come from the security group on Exoscale alone", () => {
    const peers = (base: Base, changes = {}) => {
      const { election } = stackOf(base, changes);
      return election.method === "heartbeat" && election.peers;
    };
    assert.deepEqual(peers("exoscale"), { from: "security-group", name: "load-balancer" });
    assert.deepEqual(peers("exoscale", { "election.peers": "label", "election.peer-group": "a" }), {
      from: "label",
      name: "a",
    });
    assert.deepEqual(peers("exoscale", { "election.network": "private" }), {
      from: "addresses",
      network: "private",
    });
    assert.deepEqual(peers("ovh"), { from: "addresses", network: "private" });
  });
});

describe("ranks", () => {
  const ranks = (base: Base, priorities: readonly [number, number]) => {
    const [first, second] = base === "openbsd" ? ["edge1", "edge2"] : ["lb1", "lb2"];
    const hosts = { [first]: { priority: priorities[0] }, [second]: { priority: priorities[1] } };
    return Object.values(stackOf(base, { nodes: { hosts } }).addresses[0]?.ranks ?? {});
  };

  test("follow the list of nodes", () => {
    assert.deepEqual(stackOf("exoscale", { nodes: 3 }).addresses[0]?.ranks, {
      lb1: 0,
      lb2: 1,
      lb3: 2,
    });
  });

  test("follow the written order, and equal nodes share the best", () => {
    const order = (value: unknown, hold: string) =>
      stackOf("exoscale", { "addresses.web.order": value, "election.hold": hold }).addresses[0]
        ?.ranks;
    assert.deepEqual(order(["lb2", "lb1"], "exclusive"), { lb2: 0, lb1: 1 });
    assert.deepEqual(order("equal", "shared"), { lb1: 0, lb2: 0 });
  });

  test("follow priorities: VRRP's best is the highest, the others' the lowest", () => {
    assert.deepEqual(ranks("openstack", [100, 101]), [1, 0]);
    assert.deepEqual(ranks("exoscale", [100, 101]), [0, 1]);
    assert.deepEqual(ranks("openbsd", [50, 1]), [1, 0]);
  });
});
