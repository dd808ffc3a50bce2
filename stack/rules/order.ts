/** Rules about the preferred order of the nodes and their priorities. */
import { clouds } from "../clouds.ts";
import type { Finding } from "../diagnostic.ts";
import { messages } from "../messages.ts";
import { suggest } from "../suggest.ts";
import { error, hostPath, type Rule, repeated } from "./rule.ts";

/** An order names every node once. */
export const orders: Rule = (declaration, stack) => {
  const nodes = stack.nodes.map(({ name }) => name);
  return Object.entries(declaration.addresses).flatMap(([name, { order }]): Finding[] => {
    if (order === undefined || order === "equal") return [];
    const path = ["addresses", name, "order"];
    const absent = nodes.filter((node) => !order.includes(node));
    return [
      ...order.flatMap((node, index) =>
        nodes.includes(node)
          ? []
          : [error([...path, index], messages.unknownNode(node, suggest(node, nodes), nodes))],
      ),
      ...[...repeated(order, (node) => node).keys()].map((node) =>
        error([...path, order.lastIndexOf(String(node))], messages.twiceInOrder(String(node))),
      ),
      ...(absent.length === 0 ? [] : [error(path, messages.notInOrder(absent))]),
    ];
  });
};

/** Where one node at a time holds an address, no two nodes are equal. */
export const equals: Rule = (declaration, stack) => {
  const { election } = stack;
  const shared = election.method === "heartbeat" && election.hold === "shared";
  if (shared) return [];
  const tied = stack.addresses.flatMap(({ name, ranks }) =>
    [...repeated(Object.entries(ranks), ([, rank]) => rank).values()].map((members) => ({
      name,
      nodes: members.map(([node]) => node),
    })),
  );
  const byPriority = stack.nodes.some(({ priority }) => priority !== undefined);
  const seen = new Set<string>();
  return tied.flatMap(({ name, nodes }) => {
    const path = byPriority
      ? [...hostPath(declaration, "node", nodes.at(-1) ?? ""), "priority"]
      : ["addresses", name, "order"];
    const key = JSON.stringify(path);
    if (seen.has(key)) return [];
    seen.add(key);
    return [error(path, messages.equalExclusive(nodes))];
  });
};

export const sharedHold: Rule = (declaration, stack) => {
  if (declaration.election.hold !== "shared") return [];
  const path = ["election", "hold"];
  const { method } = stack.election;
  if (method !== "heartbeat") return [error(path, messages.sharedMethod(method))];
  const { provider } = stack.cloud;
  return clouds[provider].sharedHold ? [] : [error(path, messages.sharedHold(provider))];
};

/** The scales of the elections: exoip's byte, VRRP's without 0 and 255, CARP's advskew. */
const scales = { heartbeat: [0, 255], vrrp: [1, 254], carp: [0, 239] } as const;

export const priorities: Rule = (declaration, stack) => {
  const having = stack.nodes.filter(({ priority }) => priority !== undefined);
  if (having.length === 0) return [];
  const lacking = stack.nodes.filter(({ priority }) => priority === undefined);
  const { method } = stack.election;
  const [low, high] = scales[method];
  const ordered = Object.entries(declaration.addresses).filter(
    ([, { order }]) => order !== undefined,
  );
  return [
    ...(lacking.length === 0
      ? []
      : [error(["nodes"], messages.priorityForSome(lacking.map(({ name }) => name)), "key")]),
    ...having.flatMap(({ name, priority = 0 }) =>
      priority < low || priority > high
        ? [
            error(
              [...hostPath(declaration, "node", name), "priority"],
              messages.priorityRange(method, low, high),
            ),
          ]
        : [],
    ),
    ...ordered.map(([name]) => error(["addresses", name, "order"], messages.priorityAndOrder())),
  ];
};
