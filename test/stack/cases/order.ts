/** The preferred order of the nodes, their priorities, and who may share an address. */
import type { RuleCase } from "../rule-case.ts";

const order = (...nodes: string[]) => ({ "addresses.web.order": nodes });
const priorities = (...values: (number | undefined)[]) => ({
  nodes: {
    hosts: Object.fromEntries(
      values.map((priority, index) => [
        `lb${index + 1}`,
        priority === undefined ? {} : { priority },
      ]),
    ),
  },
});

export const orderCases: readonly RuleCase[] = [
  {
    title: "a node in the order that is near to one",
    broken: { nodes: { hosts: { alpha: {}, bravo: {} } }, ...order("alpha", "brave") },
    says: "unknownNode",
    message: /there is no node brave/,
    at: ["addresses.web.order", "addresses.web.order[1]"],
    fine: { nodes: { hosts: { alpha: {}, bravo: {} } }, ...order("bravo", "alpha") },
  },
  {
    title: "a node in the order that is near to none",
    broken: order("lb1", "lb2", "frontend"),
    says: "unknownNode",
    message: /there is no node frontend/,
    at: "addresses.web.order[2]",
    fine: order("lb2", "lb1"),
  },
  {
    title: "a node that stands twice in the order",
    broken: order("lb1", "lb2", "lb1"),
    says: "twiceInOrder",
    message: /lb1 stands twice in the order/,
    at: "addresses.web.order[2]",
    fine: order("lb1", "lb2"),
  },
  {
    title: "an order that leaves nodes out",
    broken: { nodes: 3, ...order("lb2") },
    says: "notInOrder",
    message: /lb1, lb3 is missing from the order/,
    at: "addresses.web.order",
    fine: { nodes: 3, ...order("lb2", "lb3", "lb1") },
  },
  {
    title: "equal order where one node holds the address",
    broken: { "addresses.web.order": "equal" },
    says: "equalExclusive",
    message: /lb1, lb2 have equal order, but the address is held by one node at a time/,
    at: "addresses.web.order",
    fine: { "addresses.web.order": "equal", "election.hold": "shared" },
  },
  {
    title: "equal priorities where one node holds the address",
    broken: priorities(10, 20, 10),
    says: "equalExclusive",
    message: /lb1, lb3 have equal order/,
    at: "nodes.hosts.lb3.priority",
    fine: priorities(10, 20, 30),
  },
  {
    title: "equal order with vrrp",
    on: "openstack",
    broken: { "addresses.web.order": "equal" },
    says: "equalExclusive",
    message: /equal order/,
    at: "addresses.web.order",
    fine: order("lb2", "lb1"),
  },
  {
    title: "an address that cannot be shared",
    on: "ovh",
    broken: { "election.hold": "shared" },
    says: "sharedHold",
    message: /ovh routes an address to one machine at a time/,
    at: "election.hold",
    fine: { "election.hold": "exclusive" },
  },
  {
    title: "an election that cannot share",
    on: "openstack",
    broken: { "election.hold": "shared" },
    says: "sharedMethod",
    message: /vrrp elects one master/,
    at: "election.hold",
    fine: { "election.hold": "exclusive" },
  },
];

export const priorityCases: readonly RuleCase[] = [
  {
    title: "priorities beside an order",
    broken: { ...priorities(1, 2), ...order("lb1", "lb2") },
    says: "priorityAndOrder",
    message: /priority says the order already/,
    at: "addresses.web.order",
    fine: priorities(1, 2),
  },
  {
    title: "a priority for some nodes only",
    broken: priorities(1, 2, undefined),
    says: "priorityForSome",
    message: /lb3 has no priority, but other nodes have/,
    at: "nodes",
    fine: priorities(1, 2, 3),
  },
  {
    title: "a priority that VRRP keeps for the owner of the address",
    on: "openstack",
    broken: priorities(255, 100),
    says: "priorityRange",
    message: /a priority of vrrp lies between 1 and 254/,
    at: "nodes.hosts.lb1.priority",
    fine: priorities(254, 100),
  },
  {
    title: "a priority that VRRP keeps for a master that stops",
    on: "openstack",
    broken: priorities(100, 0),
    says: "priorityRange",
    message: /between 1 and 254/,
    at: "nodes.hosts.lb2.priority",
    fine: priorities(100, 1),
  },
  {
    title: "an advskew that CARP uses for a demoted node",
    on: "openbsd",
    broken: { nodes: { hosts: { edge1: { priority: 0 }, edge2: { priority: 240 } } } },
    says: "priorityRange",
    message: /a priority of carp lies between 0 and 239/,
    at: "nodes.hosts.edge2.priority",
    fine: { nodes: { hosts: { edge1: { priority: 0 }, edge2: { priority: 239 } } } },
  },
];
