/** The filter as text: what it says for a state, and that nftables takes it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { renderRuleset } from "../../../lab/fabric/ruleset.ts";
import {
  dropHost,
  dropLink,
  emptyState,
  type FabricState,
  type FilterRule,
  type HostSpec,
  placeHost,
  placeLink,
} from "../../../lab/fabric/state.ts";
import { inside } from "../../real/namespace.ts";

const host = (id: string, last: number): HostSpec => ({
  id,
  name: id,
  ip: `198.51.100.${last}`,
  mac: `0a:58:00:00:00:0${last}`,
  flavour: "netplan",
  links: [{ name: "eth0", kind: "public" }],
});

const two = placeHost(placeHost(emptyState, host("lb1", 1)), host("lb2", 2));

/** One chain's lines. */
function chainOf(state: FabricState, name: string, family = "ip"): string[] {
  const table = renderRuleset(state).split(`table ${family} baton {`)[1] ?? "";
  const body = new RegExp(`chain ${name} \\{(.*?)\\n {2}\\}`, "s").exec(table)?.[1] ?? "";
  return body.split("\n").flatMap((line) => line.trim() || []);
}

const ruled = (rules: readonly FilterRule[], state: FabricState = two): FabricState => ({
  ...state,
  rules: { lb1: rules },
});

test("a host without rules lets nothing in, and what no host has is dropped", () => {
  assert.deepEqual(chainOf(two, "to-h1"), []);
  const forward = chainOf(two, "forward");
  assert.match(forward[0] ?? "", /policy drop/);
  assert.equal(forward.at(-1), 'oifname vmap { "h1" : jump to-h1, "h2" : jump to-h2 }');
});

test("each kind of rule says what it opens, and to whom", () => {
  const from = { cidr: "192.0.2.0/24" };
  const group = { hosts: ["lb2", "gone"] };
  const cases: readonly [FilterRule, string][] = [
    [{ protocol: "tcp", ports: [80, 80], from }, "ip saddr 192.0.2.0/24 tcp dport 80-80 accept"],
    [
      { protocol: "udp", ports: [12345, 12345], from: group },
      'iifname { "h2" } udp dport 12345-12345 accept',
    ],
    [{ protocol: "icmp", from }, "ip saddr 192.0.2.0/24 ip protocol 1 accept"],
    [
      { protocol: "icmp", icmp: { type: 8, code: 0 }, from },
      "ip saddr 192.0.2.0/24 icmp type 8 icmp code 0 accept",
    ],
    [
      { protocol: "icmp", icmp: { type: 3, code: -1 }, from },
      "ip saddr 192.0.2.0/24 icmp type 3 accept",
    ],
    [
      { protocol: "icmp", icmp: { type: -1, code: -1 }, from },
      "ip saddr 192.0.2.0/24 ip protocol 1 accept",
    ],
    [{ protocol: "esp", from }, "ip saddr 192.0.2.0/24 ip protocol 50 accept"],
  ];
  for (const [rule, line] of cases) assert.deepEqual(chainOf(ruled([rule]), "to-h1"), [line]);
});

test("a group without members opens nothing, and a member that comes later counts", () => {
  const rule: FilterRule = { protocol: "udp", from: { hosts: ["lb3"] } };
  assert.deepEqual(chainOf(ruled([rule]), "to-h1"), []);
  const three = placeHost(ruled([rule]), host("lb3", 3));
  assert.deepEqual(chainOf(three, "to-h1"), ['iifname { "h3" } ip protocol 17 accept']);
});

test("cuts and losses come before what is known, on private networks too", () => {
  const state: FabricState = {
    ...two,
    cuts: [
      { from: "lb1", to: "lb2" },
      { from: "client", to: "lb2" },
      { from: "lb1", to: "gone" },
    ],
    impaired: { lb2: { lossPercent: 2.5 } },
  };
  const forward = chainOf(state, "forward");
  const known = forward.indexOf("ct state established,related accept");
  assert.deepEqual(forward.slice(1, known), [
    'iifname "h1" oifname "h2" drop',
    'iifname "client" oifname "h2" drop',
    'iifname "h2" numgen random mod 1000 < 25 drop',
    'oifname "h2" numgen random mod 1000 < 25 drop',
  ]);
  assert.equal(chainOf(state, "forward", "bridge")[1], 'iifname "h1n*" oifname "h2n*" drop');
});

test("a host is cut from the API or the metadata service alone", () => {
  const state = { ...two, withoutApi: ["lb1"], withoutMetadata: ["lb2"] };
  assert.deepEqual(chainOf(state, "input").slice(1), [
    'iifname "h1" ip daddr 198.51.100.1 tcp dport 443 drop',
    'iifname "h2" ip daddr 169.254.169.254 drop',
  ]);
});

test("nothing of a host that is deleted stays, and its port is not used again", () => {
  const busy: FabricState = {
    ...ruled([{ protocol: "tcp", from: { hosts: ["lb2"] } }]),
    cuts: [{ from: "lb1", to: "lb2" }],
    holders: { "203.0.113.7": ["lb1", "lb2"] },
    withoutApi: ["lb1"],
    impaired: { lb1: { lossPercent: 5 } },
  };
  const left = dropHost(busy, "lb1");
  assert.doesNotMatch(renderRuleset(left), /h1\b/);
  assert.deepEqual(left.holders, { "203.0.113.7": ["lb2"] });
  assert.equal(placeHost(left, host("lb1", 1)).hosts.lb1?.port, "h3");
});

test("links to private networks come and go; one network has one bridge", () => {
  const link = { name: "eth1", kind: "private", network: "back" } as const;
  const joined = placeLink(placeLink(two, "lb1", link), "lb2", link);
  assert.deepEqual(Object.keys(joined.networks), ["back"]);
  const names = (state: FabricState) => state.hosts.lb1?.spec.links.map(({ name }) => name);
  assert.deepEqual(names(joined), ["eth0", "eth1"]);
  assert.deepEqual(names(dropLink(joined, "lb1", "back")), ["eth0"]);
});

test("nftables takes the filter of a full state, twice", () => {
  const from = { cidr: "0.0.0.0/0" };
  const state: FabricState = {
    ...ruled([
      { protocol: "tcp", ports: [1, 65535], from },
      { protocol: "udp", ports: [12345, 12345], from: { hosts: ["lb1", "lb2"] } },
      { protocol: "icmp", icmp: { type: 8, code: 0 }, from },
      { protocol: "gre", from },
    ]),
    cuts: [{ from: "client", to: "lb1" }],
    impaired: { lb1: { lossPercent: 100 }, lb2: { lossPercent: 0.1 } },
    withoutApi: ["lb1"],
    withoutMetadata: ["lb1"],
  };
  const twice = 'set -e; rules=$(cat); for n in 1 2; do echo "$rules" | nft -f -; done';
  for (const text of [renderRuleset(emptyState), renderRuleset(state)]) {
    const loaded = inside(["sh", "-c", twice], {
      input: text,
    });
    assert.equal(loaded.status, 0, loaded.stderr);
  }
});
