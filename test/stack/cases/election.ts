/** What each election protocol can do. */
import type { RuleCase } from "../rule-case.ts";

/** An interval that a protocol cannot keep, and the nearest one that it can. */
const interval = (
  on: RuleCase["on"],
  bad: string,
  good: string,
  more: Readonly<Record<string, unknown>> = {},
): RuleCase => ({
  title: `an interval of ${bad} on ${on} ${JSON.stringify(more)}`,
  ...(on && { on }),
  broken: { ...more, "election.interval": bad },
  says: "interval",
  message: /this interval is not one that/,
  at: "election.interval",
  fine: { ...more, "election.interval": good },
});

export const intervalCases: readonly RuleCase[] = [
  interval("exoscale", "99ms", "100ms"),
  interval("exoscale", "61s", "60s"),
  interval("exoscale", "1500ms", "2s", { "election.wire": "exoip" }),
  interval("openstack", "0s", "10ms"),
  interval("openstack", "256s", "255s"),
  interval("openstack", "5ms", "10ms"),
  interval("openstack", "105ms", "110ms"),
  interval("openstack", "40.96s", "40.95s"),
  interval("openstack", "500ms", "1s", { "election.auth-pass": "${env:PASS}" }),
  interval("openbsd", "0s", "1s"),
  interval("openbsd", "500ms", "1s"),
  interval("openbsd", "255s", "254s"),
];

/** A setting that is written for another election than the one that runs. */
const needless = (on: RuleCase["on"], key: string, value: unknown, belongs: RegExp): RuleCase => ({
  title: `${key} on ${on}`,
  ...(on && { on }),
  broken: { [`election.${key}`]: value },
  says: "needless",
  message: belongs,
  at: `election.${key}`,
  fine: {},
});

export const needlessCases: readonly RuleCase[] = [
  needless("exoscale", "router-id", 51, /`router-id` has no meaning with heartbeat/),
  needless("exoscale", "auth-pass", "${env:PASS}", /`auth-pass` has no meaning with heartbeat/),
  needless("openstack", "carp-address", "10.0.0.9", /`carp-address` has no meaning with vrrp/),
  needless("openstack", "alias", "ifstated", /`alias` has no meaning with vrrp/),
  needless("openbsd", "instance", "VI_2", /`instance` has no meaning with carp/),
  needless("openstack", "peers", "addresses", /`peers` has no meaning with vrrp/),
  needless("openstack", "wire", "exoip", /`wire` has no meaning with vrrp/),
  needless("openbsd", "port", 12346, /`port` has no meaning with carp/),
  needless("openbsd", "preempt-delay", "5s", /`preempt-delay` has no meaning with carp/),
];

/** A router id outside of VRRP's and CARP's byte. */
const routerId = (value: unknown, good: number): RuleCase => ({
  title: `a router id of ${value}`,
  on: "openstack",
  broken: { "election.router-id": value },
  message: /a virtual router id between 1 and 255/,
  at: "election.router-id",
  fine: { "election.router-id": good },
});

const speaksIpv6 = {
  "networks.inside.cidr": "fd00:1::/64",
  "addresses.inner.vip": "fd00:1::100",
  "election.network": "inside",
};

export const electionCases: readonly RuleCase[] = [
  routerId(0, 1),
  routerId(256, 255),
  routerId(1.5, 2),
  {
    title: "a method that does not exist",
    broken: { "election.method": "keepalived" },
    says: "notOneOf",
    message: /"keepalived" is not known here/,
    at: "election.method",
    fine: { "election.method": "heartbeat" },
  },
  {
    title: "vrrp on Exoscale's public network",
    broken: { "election.method": "vrrp" },
    says: "vrrpOnExoscale",
    message: /vrrp cannot pass Exoscale's public network/,
    at: "election.method",
    fine: { "election.method": "vrrp", "election.network": "private" },
  },
  {
    title: "vrrp on Exoscale, whose agent does not follow it",
    broken: { "election.method": "vrrp", "election.network": "private" },
    says: "followsNobody",
    message: /the agent of this version elects by its own heartbeat/,
    at: "election.method",
    fine: { "election.method": "heartbeat" },
    warns: true,
  },
  {
    title: "vrrp without a private network",
    on: "ovh",
    broken: {
      networks: { public: { type: "public", interface: "ens3" } },
      "election.method": "vrrp",
    },
    says: "noElectionNetwork",
    message: /vrrp needs a private network/,
    at: "election.method",
    fine: { "election.method": "vrrp" },
  },
  {
    title: "an election on an unknown network",
    on: "openstack",
    broken: { "election.network": "lan" },
    says: "unknownNetwork",
    message: /there is no network lan/,
    at: "election.network",
    fine: { "election.network": "private" },
  },
  {
    title: "a dead ratio where the protocol fixes it",
    on: "openstack",
    broken: { "election.dead-ratio": 5 },
    says: "fixedRatio",
    message: /vrrp calls a node dead after 3 intervals/,
    at: "election.dead-ratio",
    fine: { "election.dead-ratio": 3 },
  },
  {
    title: "a password over IPv6",
    on: "oci",
    broken: { ...speaksIpv6, "election.auth-pass": "${env:PASS}" },
    says: "passwordIpv6",
    message: /only VRRPv2 has a password/,
    at: "election.auth-pass",
    fine: speaksIpv6,
  },
  {
    title: "peers from a security group where the cloud has none to ask",
    on: "ovh",
    broken: { "election.peers": "security-group" },
    says: "peersCloud",
    message: /ovh has no security-group/,
    at: "election.peers",
    fine: { "election.peers": "addresses" },
  },
  {
    title: "IPv6 in exoip's frames",
    broken: { "addresses.web.ip": "2001:db8::1", "election.wire": "exoip" },
    says: "wireExoip",
    message: /exoip's frames carry IPv4 addresses only/,
    at: "election.wire",
    fine: { "election.wire": "exoip" },
  },
  {
    title: "two addresses for one process of exoip",
    broken: {
      "addresses.mail": { ip: "198.51.100.51" },
      "election.wire": "exoip",
      "agent.loopback": "ifupdown",
    },
    says: "exoipAddresses",
    message: /exoip watches one address in one process/,
    at: "agent.loopback",
    fine: { "election.wire": "exoip", "agent.loopback": "ifupdown" },
  },
  {
    title: "more orders than router ids",
    on: "oci",
    broken: {
      "addresses.outer.order": ["vr1", "vr2"],
      "addresses.inner.order": ["vr2", "vr1"],
      "election.router-id": 255,
    },
    says: "routerIds",
    message: /one vrid for each order is needed/,
    at: "election.router-id",
    fine: {
      "addresses.outer.order": ["vr1", "vr2"],
      "addresses.inner.order": ["vr2", "vr1"],
      "election.router-id": 254,
    },
  },
];

export const carpCases: readonly RuleCase[] = [
  {
    title: "two orders with carp",
    on: "openbsd",
    broken: {
      "addresses.web.order": ["edge1", "edge2"],
      "addresses.mail": { ip: "198.51.100.61", order: ["edge2", "edge1"] },
    },
    says: "oneOrder",
    message: /carp moves all addresses together/,
    at: "addresses",
    fine: {
      "addresses.web.order": ["edge2", "edge1"],
      "addresses.mail": { ip: "198.51.100.61", order: ["edge2", "edge1"] },
    },
  },
  {
    title: "carp0 without an address",
    on: "openbsd",
    broken: { "election.carp-address": undefined },
    says: "noCarpAddress",
    message: /carp0 needs an address of its own/,
    at: "election",
    fine: { "election.carp-address": "10.25.0.20" },
  },
  {
    title: "carp without a public network",
    on: "openbsd",
    broken: { "networks.public": undefined },
    says: "noPublicNetwork",
    message: /lies on the interface of a public network/,
    at: "networks",
    fine: {},
  },
  {
    title: "no addresses on a network that the hosts need",
    on: "openstack",
    broken: { "networks.private.ips": "none" },
    says: "noIpsNeeded",
    message: /fits the network that CARP speaks on/,
    at: "networks.private.ips",
    fine: { "networks.private.ips": "fixed" },
  },
];

export const healthCases: readonly RuleCase[] = [
  {
    title: "a health check of no kind",
    broken: { health: [{ interval: "5s" }] },
    says: "oneKind",
    message: /one of http, tcp, command, link and ping/,
    at: "health[0]",
    fine: { health: [{ interval: "5s", link: "eth0" }] },
  },
  {
    title: "a health check of two kinds",
    broken: { health: [{ link: "eth0" }, { link: "eth0", ping: "8.8.8.8" }] },
    says: "oneKind",
    message: /one of http, tcp, command, link and ping/,
    at: "health[1]",
    fine: { health: [{ link: "eth0" }, { ping: "8.8.8.8" }] },
  },
  {
    title: "a try that outlasts the interval",
    broken: { health: [{ command: ["true"], interval: "1s", timeout: "2s" }] },
    says: "timeoutInterval",
    message: /takes longer than the time between two tries/,
    at: "health[0]",
    fine: { health: [{ command: ["true"], interval: "2s", timeout: "2s" }] },
  },
  {
    title: "a preempt delay that keepalived cannot wait",
    on: "openstack",
    broken: { election: { "preempt-delay": "1001s" } },
    says: "preemptDelay",
    message: /at most 1000 seconds/,
    at: "election.preempt-delay",
    fine: { election: { "preempt-delay": "1000s" } },
  },
  {
    title: "an order without an address of the family that the nodes speak in",
    on: "oci",
    broken: {
      "networks.inside.cidr": "fd00:2::/64",
      "addresses.inner.vip": "fd00:2::100",
      "addresses.inner.order": ["vr2", "vr1"],
    },
    says: "vipFamily",
    message: /an address of the family that the nodes speak/,
    at: "addresses.inner",
    fine: { "networks.inside.cidr": "fd00:2::/64", "addresses.inner.vip": "fd00:2::100" },
  },
];
