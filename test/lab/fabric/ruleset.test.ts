/** The filter as text: what it says for a state, and that nftables takes it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { renderRuleset } from "../../../lab/fabric/ruleset.ts";
import {
  closedTo,
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

/** What is let in at a port. */
const doorOf = (state: FabricState, port: string): string[] =>
  chainOf(state, "forward").flatMap((line) => line.split(`oifname "${port}" `)[1] ?? []);

const ruled = (rules: readonly FilterRule[], state: FabricState = two): FabricState => ({
  ...state,
  rules: { lb1: rules },
});

test("a host without rules lets nothing in, and what no host has is dropped", () => {
  const forward = chainOf(two, "forward");
  assert.match(forward[0] ?? "", /policy drop/);
  assert.equal(forward.at(-1), 'oifname "client" accept');
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
  for (const [rule, line] of cases) assert.deepEqual(doorOf(ruled([rule]), "h1"), [line]);
});

test("a group without members opens nothing, and a member that comes later counts", () => {
  const rule: FilterRule = { protocol: "udp", from: { hosts: ["lb3"] } };
  assert.deepEqual(doorOf(ruled([rule]), "h1"), []);
  const three = placeHost(ruled([rule]), host("lb3", 3));
  assert.deepEqual(doorOf(three, "h1"), ['iifname { "h3" } ip protocol 17 accept']);
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

test("rules are closed to those whom they let in and no longer do, and to nobody else", () => {
  const web = (from: FilterRule["from"]): FilterRule => ({
    protocol: "tcp",
    ports: [80, 80],
    from,
  });
  const [world, ping] = [
    { cidr: "0.0.0.0/0" },
    { protocol: "icmp", from: { hosts: ["lb1"] } },
  ] as const;
  const both = web({ hosts: ["lb1", "lb2"] });
  assert.deepEqual(closedTo([both, ping], [ping, web({ hosts: ["lb3", "lb2"] })]), ["lb1"]);
  assert.deepEqual(closedTo([both, web(world)], [both]), ["0.0.0.0/0"]);
  assert.deepEqual(closedTo([ping], [both, ping, web(world)]), []);
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

test("while it is loaded again and again, nothing that it lets in is lost", () => {
  const rule: FilterRule = { protocol: "udp", from: { cidr: "0.0.0.0/0" } };
  const text = renderRuleset({ ...two, rules: { lb2: [rule] } });
  const flood = `const socket = require("dgram").createSocket("udp4");
    const more = () => { for (let n = 0; n < 50; n += 1) socket.send("x"); setImmediate(more); };
    socket.connect(9, "198.51.100.2", more);`;
  const script = `
    rules=$(cat)
    unshare --net sleep 60 & other=$!
    until [ "$(readlink /proc/$other/ns/net)" != "$(readlink /proc/self/ns/net)" ]; do :; done
    ip link add h1 type veth peer name eth0 netns $other
    ip link add h2 type veth peer name nobody
    for link in h1 h2 nobody; do ip link set $link up; done
    ip address add 203.0.113.1/24 dev h1
    ip route add 198.51.100.2 dev h2
    ip neighbour add 198.51.100.2 lladdr 0a:00:00:00:00:02 dev h2
    echo 1 >/proc/sys/net/ipv4/ip_forward
    there() { nsenter --net=/proc/$other/ns/net "$@"; }
    there ip address add 203.0.113.2/24 dev eth0
    there ip link set eth0 up
    there ip route add default via 203.0.113.1
    echo "$rules" | nft -f -
    nft -f - <<'end'
    table ip count {
      chain before { type filter hook forward priority -10; iifname "h1" counter
      }
      chain behind { type filter hook forward priority 10; iifname "h1" counter
      }
    }
end
    # Not by way of the function: its shell alone would be killed, and the flood go on.
    nsenter --net=/proc/$other/ns/net "$0" -e "$1" & flood=$!
    for n in $(seq 150); do echo "$rules" | nft -f -; done
    kill $flood
    wait $flood || true
    nft list table ip count
    kill $other`;
  const { status, stdout, stderr } = inside(["sh", "-euc", script, process.execPath, flood], {
    input: text,
    processes: true,
  });
  assert.equal(status, 0, stderr);
  const [before = 0, behind] = [...stdout.matchAll(/packets (\d+)/g)].map(([, count]) =>
    Number(count),
  );
  assert.ok(before > 10_000, stdout);
  assert.equal(behind, before);
});
