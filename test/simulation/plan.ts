/** All that one run is, as data drawn from its seed. */
import { drawApart, drawFault, drawSplit, drawUpon, type Fault } from "./faults.ts";
import { seeded } from "./random.ts";
import type { CloudPlan } from "./world/cloud.ts";
import type { CloudKind } from "./world/cloud-traits.ts";
import type { FollowedElection } from "./world/followed.ts";
import type { Link, NetworkPlan } from "./world/network.ts";

export type NodePlan = {
  readonly program: "baton" | "exoip" | "keepalived";
  /** On exoip's wire; the lowest wins. */
  readonly priority: number;
  /** Seconds of its monotonic clock in one of the world's. */
  readonly driftRate: number;
  readonly bootAt: number;
};

export type GroupPlan = {
  readonly election: "heartbeat" | FollowedElection;
  readonly wire: "authenticated" | "exoip";
  readonly intervalMs: number;
  readonly deadRatio: number;
  readonly preempt: boolean;
  readonly preemptDelayMs: number;
  readonly hold: "exclusive" | "shared";
  /** Whether all nodes have the same place in the order. */
  readonly equal: boolean;
  /** For each address the indexes of the nodes, the best first. */
  readonly orders: readonly (readonly number[])[];
  /** Period of the health check; 0 for none. */
  readonly checkMs: number;
  readonly settleMs: number;
  readonly deadlineMs: number;
  readonly respectMs: number;
  readonly takeFromOutside: boolean;
};

export type Plan = {
  readonly seed: number;
  readonly nodes: readonly NodePlan[];
  readonly group: GroupPlan;
  readonly cloud: CloudPlan;
  readonly network: NetworkPlan;
  /** HMAC-SHA256 instead of a checksum. */
  readonly realSignatures: boolean;
  readonly faults: readonly Fault[];
  /** When all is mended. */
  readonly healAt: number;
  /** I1's bound (R16), from the end of the last fault. */
  readonly boundMs: number;
  /** How long the mended group is watched; less where it is fine after `calmMs`. */
  readonly watchMs: number;
  readonly calmMs: number;
};

/** Every delay of a return is over by then: what counts returns looks back for ten minutes. */
export const longMs = 720_000;

/** Equals that share come apart slowly: their turns to release each other are seconds long. */
const apartMs = 40_000;

/** After so long a group is settled: a minimum hold is over, and all looks are far apart. */
const settledMs = 35_000;

/** Of some days the faults go on for one to two minutes: what is left of one meets the next. */
const longDays = 0.1;
const longDay = { healAt: 60_000, spreadMs: 48_000, faults: [6, 16] } as const;
const shortDay = { healAt: 12_000, spreadMs: 18_000, faults: [1, 5] } as const;

/** What a command line may fix; the rest is drawn. */
export type Wishes = { readonly nodes?: number; readonly long?: boolean };

export function planOf(seed: number, wishes: Wishes = {}): Plan {
  const random = seeded(seed * 4);
  const pick = <One>(...ones: readonly [One, ...One[]]): One =>
    ones[Math.floor(random() * ones.length)] ?? ones[0];
  const count = wishes.nodes ?? pick(2, 2, 2, 3, 3, 3, 3, 4, 5, 2 + Math.floor(random() * 8));
  const kind = pick<CloudKind>("exoscale", "exoscale", "exoscale", "oci", "ovh", "openstack");
  const setup = setupOf(kind, random);
  const exoips = setup.wire === "exoip" && random() < 0.4 ? Math.floor(random() * count) : -1;
  const nodes = Array.from(
    { length: count },
    (_, index): NodePlan => ({
      program: index === exoips ? "exoip" : "baton",
      priority: setup.equal ? 10 : 10 + 10 * index,
      driftRate: 1 + (random() * 2 - 1) * 0.01,
      bootAt: random() * 1_500,
    }),
  );
  const own = nodes.map((_, index) => index);
  const ours = setup.election === "heartbeat" && setup.wire === "authenticated";
  const two = ours && !setup.equal && random() < 0.1;
  const group: GroupPlan = { ...setup, orders: two ? [own, own.toReversed()] : [own] };
  const also = seeded(~seed);
  const comesApart = group.hold === "shared" && also() < 0.5;
  const day = also() < longDays || wishes.long ? longDay : shortDay;
  const healAt = day.healAt + random() * day.spreadMs + (comesApart ? apartMs : 0);
  const ids = own.map((index) => `lb${index + 1}`);
  const [fewest, most] = day.faults;
  const drawn = fewest + Math.floor(random() * (most - fewest + 1));
  const faults = Array.from({ length: drawn }, () => drawFault(random, ids, healAt, group));
  if (comesApart) faults.push(drawApart(also, ids, apartMs));
  if (also() < 0.3) faults.push(...drawUpon(also, ids, healAt, group));
  // A split that lasts, and nothing else, shows whether everybody stands back for long enough.
  const split = also() < 0.02 ? drawSplit(also, ids) : undefined;
  if (split) faults.splice(0, Infinity, split);
  faults.sort((a, b) => a.at - b.at);
  const lateMs = also() < 0.08 ? settledMs + also() * settledMs : 0;
  const breaks = also() < 0.06 && ours && exoips < 0 && !split;
  const broken = breaks ? drawBroken(also, ids, healAt) : undefined;
  const length = random();
  const watchMs = length < 0.009 ? longMs : 45_000;
  return {
    seed,
    nodes,
    group,
    cloud: cloudOf(kind, random),
    network: {
      delayMs: [0.2, pick(1, 5, 20, 60)],
      duplicates: random() < 0.2 ? 0.05 : 0,
      ...(broken && { broken }),
    },
    realSignatures: seed % 20 === 0,
    faults: faults.map((fault) => ({ ...fault, at: fault.at + lateMs })),
    healAt: (split ? split.at + split.ms : healAt) + lateMs,
    boundMs: 30_000,
    watchMs,
    calmMs: length < 0.1 ? watchMs : 12_000,
  };
}

/**
 * A link that is broken for good, both ways or one; of two nodes one still hears the other. Or one
 * node never hears any other again.
 */
function drawBroken(random: () => number, ids: readonly string[], healAt: number) {
  const at = random() < 0.3 ? 0 : random() * healAt;
  const first = Math.floor(random() * ids.length);
  const node = ids[first] ?? "lb1";
  const other = ids[(first + 1 + Math.floor(random() * (ids.length - 1))) % ids.length] ?? "lb2";
  const deaf = ids.length > 2 && random() < 0.2;
  if (deaf) return { at, links: ids.filter((id) => id !== node).map((id): Link => [id, node]) };
  const there: Link = [node, other];
  const back: Link = [other, node];
  return { at, links: ids.length > 2 && random() < 0.6 ? [there, back] : [there] };
}

function setupOf(kind: CloudKind, random: () => number): Omit<GroupPlan, "orders"> {
  const drawn = random();
  const election = drawn < 0.06 ? "vrrp" : drawn < 0.1 ? "carp" : "heartbeat";
  // Only on Exoscale is there an exoip, and an address for several.
  const wire = kind === "exoscale" && drawn > 0.9 ? "exoip" : "authenticated";
  const shared = kind === "exoscale" && election === "heartbeat" && random() < 0.06;
  return {
    election,
    wire,
    ...paceOf(wire, random),
    preempt: shared || random() < 0.85,
    preemptDelayMs: random() < 0.1 ? 45_000 : 0,
    hold: shared ? "shared" : "exclusive",
    equal: shared,
    checkMs: random() < 0.3 ? 1_000 : 2_000,
    settleMs: 1_000,
    deadlineMs: 5_000,
    respectMs: random() < 0.5 ? 60_000 : 5_000,
    takeFromOutside: random() < 0.2,
  };
}

/** 500 ms × 5 and 200 ms × 5 are what docs/timing.md recommends beside the default. */
function paceOf(wire: string, random: () => number): Pick<GroupPlan, "intervalMs" | "deadRatio"> {
  const drawn = wire === "exoip" ? 0 : random();
  const deadRatio = random() < 0.8 ? 3 : 5;
  if (drawn < 0.7) return { intervalMs: 1_000, deadRatio };
  if (drawn < 0.85) return { intervalMs: 300, deadRatio };
  if (drawn < 0.93) return { intervalMs: 500, deadRatio: drawn < 0.89 ? 5 : deadRatio };
  return { intervalMs: 200, deadRatio: 5 };
}

function cloudOf(kind: CloudKind, random: () => number): CloudPlan {
  const low = 50 + random() * 500;
  return {
    kind,
    operationMs: [low, low + random() * (random() < 0.3 ? 2_500 : 500)],
    latencyMs: [2, 5 + random() * 60],
    lagMs: random() < 0.5 ? 0 : 800,
  };
}
