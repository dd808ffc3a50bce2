/** The faults of a run as data, and how they are drawn. What each does is in `fault-kinds.ts`. */
import type { GroupPlan } from "./plan.ts";
import { type DisorderKind, disorderKinds, type Verb } from "./world/disorder.ts";

export type Fault = {
  readonly kind: FaultKind;
  readonly at: number;
  /** How long it lasts; all faults end when the run is mended. */
  readonly ms: number;
  readonly node: string;
  readonly other: string;
  /** A share, or a place in some range: what it means is the kind's matter. */
  readonly rate: number;
  /** Of the API's disorders: the calls that it meets, and those of `node` only. */
  readonly verb?: Verb;
  readonly onlyNode?: boolean;
  /** Begins when such a request leaves a node, the first after `at`, and so long after that. */
  readonly upon?: { readonly verb: "claim" | "release"; readonly ms: number };
};

export type FaultKind = HostFault | LinkFault | OrderFault | CloudFault | `api-${DisorderKind}`;

type HostFault =
  | "kill"
  | "die"
  | "ail"
  | "power-off"
  | "restart"
  | "freeze"
  | "stop-clock"
  | "sick"
  | "flapping"
  | "wall-clock";
type LinkFault =
  | "cut"
  | "one-way"
  | "isolate"
  | "deaf"
  | "swizzle"
  | "loss"
  | "reorder"
  | "duplicate"
  | "attack";
type OrderFault = "handover" | "stop" | "maintenance" | "priority" | "rotate" | "reload" | "retime";
type CloudFault = "person-attach" | "person-detach" | "person-move" | "person-outside";

const hostFaults: readonly HostFault[] = [
  ...(["kill", "die", "power-off", "restart", "freeze", "stop-clock"] as const),
  ...(["ail", "sick", "flapping", "wall-clock"] as const),
];
export const linkFaults: readonly LinkFault[] = [
  ...(["cut", "one-way", "isolate", "deaf", "swizzle"] as const),
  ...(["loss", "reorder", "duplicate", "attack"] as const),
];
export const orderFaults: readonly OrderFault[] = [
  ...(["handover", "stop", "maintenance", "priority"] as const),
  ...(["rotate", "reload", "retime"] as const),
];
export const cloudFaults: readonly CloudFault[] = [
  "person-attach",
  "person-detach",
  "person-move",
  "person-outside",
];
export const apiFaults = disorderKinds.map((kind) => `api-${kind}` as const);

export const faultKinds: readonly FaultKind[] = [
  ...hostFaults,
  ...linkFaults,
  ...orderFaults,
  ...cloudFaults,
  ...apiFaults,
];

/** How often each room of faults is drawn from. */
const rooms: readonly (readonly FaultKind[])[] = [
  hostFaults,
  hostFaults,
  hostFaults,
  linkFaults,
  linkFaults,
  apiFaults,
  apiFaults,
  orderFaults,
  cloudFaults,
];

/** The group takes its address before the first fault. */
const settledMs = 7_000;

export function drawFault(
  random: () => number,
  ids: readonly string[],
  healAt: number,
  { wire }: Pick<GroupPlan, "wire">,
  from: readonly (readonly FaultKind[])[] = rooms,
): Fault {
  const pick = <One>(ones: readonly One[]): One | undefined =>
    ones[Math.floor(random() * ones.length)];
  const drawn = pick(pick(from) ?? hostFaults) ?? "kill";
  // exoip's frames carry no signature, so nobody can withstand a forger there.
  const kind = wire === "exoip" && drawn === "attack" ? "loss" : drawn;
  const first = random() < 0.1 ? 0 : settledMs;
  const node = pick(ids) ?? "lb1";
  const ms = 200 + random() ** 2 * 15_000;
  const fault = {
    kind,
    at: first + random() * Math.max(1_000, healAt - first - 1_000),
    ms,
    node,
    other: pick(ids.filter((id) => id !== node)) ?? node,
    rate: random(),
  };
  if (!kind.startsWith("api-")) return fault;
  const verb = pick<Verb | undefined>([undefined, undefined, "read", "claim", "release", "poll"]);
  return { ...fault, ...(verb && { verb }), onlyNode: random() < 0.4 };
}

/** Commands come in at once, so more of them are drawn to meet a change under way. */
const roomsUpon = [orderFaults, orderFaults, orderFaults, hostFaults, linkFaults, apiFaults];

/** Links that go one direction after the other, over seconds, soon after the start. */
export function drawApart(random: () => number, ids: readonly string[], ms: number): Fault {
  const [node = "lb1", other = "lb2"] = ids;
  return { kind: "swizzle", at: settledMs + random() * 3_000, ms, node, other, rate: 1 };
}

/** For a minute one node is cut off from the others, or of two one is not heard. */
export function drawSplit(random: () => number, ids: readonly string[]): Fault {
  const first = Math.floor(random() * ids.length);
  const node = ids[first] ?? "lb1";
  const other = ids[(first + 1) % ids.length] ?? "lb2";
  const kind = ids.length > 2 || random() < 0.5 ? "isolate" : "one-way";
  return { kind, at: 12_000 + random() * 5_000, ms: 60_000, node, other, rate: 1 };
}

/** What makes a holder give the address to another that works. */
const moving: readonly FaultKind[] = ["handover", "stop", "maintenance", "sick", "person-attach"];

/** A fault in the moment in which the address moves, and often what makes it move just then. */
export function drawUpon(
  random: () => number,
  ids: readonly string[],
  healAt: number,
  group: Pick<GroupPlan, "wire">,
): readonly Fault[] {
  const fault = drawFault(random, ids, healAt, group, roomsUpon);
  const verb = random() < 0.5 ? "claim" : "release";
  const late = { ...fault, upon: { verb, ms: 10 ** (3 * random()) } } as const;
  const kind = moving[Math.floor(random() * moving.length)];
  if (kind === undefined || random() < 0.4) return [late];
  const { at, node, other, rate } = fault;
  return [late, { kind, at: at + 1, ms: 8_000, node: other, other: node, rate }];
}
