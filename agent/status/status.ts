/** What people and programs are shown of a running agent: plain data, read from the core's state. */
import type { AgentConfig, AgentElection } from "../config.ts";
import { isWell } from "../core/elect.ts";
import { deadIntervalMs, linked } from "../core/peers.ts";
import type { AddressState, State } from "../core/state.ts";
import type { Counters } from "../election/heartbeat.ts";
import { type Member, nodeOf } from "../election/member.ts";
import type { ApiHealth, Happened } from "../journal.ts";
import { type Problem, problemsOf } from "./problems.ts";

/** Times are spans in milliseconds, but for the moments of the history. */
export type Status = {
  readonly version: string;
  readonly stack: string;
  readonly node: string;
  readonly instance: string;
  readonly uptimeMs: number;
  readonly election: AgentElection;
  readonly priority: number;
  readonly healthy: boolean;
  readonly checks: readonly { readonly healthy: boolean; readonly why: string | undefined }[];
  readonly maintenance: boolean;
  readonly resigning: boolean;
  readonly addresses: readonly AddressStatus[];
  readonly peers: readonly PeerStatus[];
  /** Where it was our own claim: why. */
  readonly moves: readonly (Happened & { readonly why?: string })[];
  readonly api: ApiHealth & { readonly clockAheadMs: number | undefined };
  readonly frames: Counters;
  readonly settleMs: number;
  readonly problems: readonly Problem[];
};

export type AddressStatus = {
  readonly ip: string;
  /** Its name in the stack file. */
  readonly name: string | undefined;
  readonly role: string;
  /** Whether the cloud showed this node holding, and how long ago. */
  readonly holds: boolean;
  readonly seenMs: number | undefined;
  readonly holders: readonly string[];
  readonly why: string;
  readonly contestMs: number | undefined;
  readonly onHost: boolean;
};

export type PeerStatus = {
  readonly id: string;
  readonly name: string;
  readonly ip: string;
  /** Undefined where it was never heard. */
  readonly heardMs: number | undefined;
  /** Whether that was within its dead interval. */
  readonly heard: boolean;
  readonly bothWays: boolean;
  readonly healthy: boolean | undefined;
  readonly resigning: boolean;
  readonly priority: number | undefined;
};

export type StatusParts = {
  readonly version: string;
  readonly config: AgentConfig;
  readonly state: State;
  readonly members: readonly Member[];
  readonly events: readonly Happened[];
  readonly api: ApiHealth;
  readonly clockAheadMs: number | undefined;
  readonly counters: Counters;
  readonly bornMs: number;
  readonly nowMs: number;
  readonly onHost: (ip: string) => boolean;
};

const movesMax = 10;

/** What the core, the group and the journal know at this moment, with all that is wrong. */
export function statusOf(parts: StatusParts): Status {
  const { config, state, members, nowMs, events } = parts;
  const { settings } = state;
  const names = new Map([
    [settings.self, config.node],
    ...members.map((one) => [nodeOf(one), one.name] as const),
  ]);
  const nameOf = (id: string): string => names.get(id) || id;
  const draft: Omit<Status, "problems"> = {
    version: parts.version,
    stack: config.stack,
    node: config.node,
    instance: settings.self,
    uptimeMs: nowMs - parts.bornMs,
    election: config.election,
    priority: state.priority,
    healthy: isWell(state),
    checks: state.health.map(({ healthy, reason }) => ({ healthy, why: reason })),
    maintenance: state.maintenance,
    resigning: state.resigning !== undefined,
    addresses: [...state.addresses.values()].map((one) => addressOf(one, parts, nameOf)),
    peers: members.map((member) => peerOf(member, parts)),
    moves: movesIn(events, nameOf),
    api: { ...parts.api, clockAheadMs: parts.clockAheadMs },
    frames: parts.counters,
    settleMs: settings.settleMs,
  };
  return { ...draft, problems: problemsOf(draft) };
}

function movesIn(events: readonly Happened[], nameOf: (id: string) => string): Status["moves"] {
  const claims = new Map<string, string>();
  const moves: Status["moves"][number][] = [];
  for (const one of events) {
    if (one.kind === "request" && one.what === "claim") claims.set(one.ip, one.why);
    if (one.kind === "holders") moves.push({ ...one, holders: one.holders.map(nameOf) });
    if (one.kind === "moved") {
      const why = claims.get(one.ip);
      moves.push(why === undefined ? one : { ...one, why });
    }
  }
  return moves.slice(-movesMax);
}

function addressOf(
  { ip, role, seen, withAt, reason, yielded }: AddressState,
  { config, state, nowMs, onHost }: StatusParts,
  nameOf: (id: string) => string,
): AddressStatus {
  const holds = seen?.holders.has(state.settings.self) === true;
  const seenAt = holds ? withAt : seen?.begunAt;
  return {
    ip,
    name: config.addresses.find((one) => one.ip === ip)?.name,
    role,
    holds,
    seenMs: seenAt === undefined ? undefined : nowMs - seenAt,
    holders: [...(seen?.holders ?? [])].map(nameOf),
    why: reason,
    contestMs: yielded && Math.max(0, yielded.contestAt - nowMs),
    onHost: onHost(ip),
  };
}

function peerOf(member: Member, { state, nowMs }: StatusParts): PeerStatus {
  const id = nodeOf(member);
  const peer = state.peers.get(id);
  const heardMs = peer && nowMs - peer.heardAt;
  return {
    id,
    name: member.name,
    ip: member.ips[0] ?? "",
    heardMs,
    heard: heardMs !== undefined && heardMs <= deadIntervalMs(state, peer?.intervalMs),
    bothWays: peer !== undefined && linked({ ...state, now: nowMs }, peer),
    healthy: peer?.healthy,
    resigning: peer?.resigning ?? false,
    priority: peer?.priority,
  };
}

/** How old a sight of our own hold may be to prove it: three times a holder's longest period. */
const provenMs = 54_000;

/**
 * Whether this node has an address, or every one, as the cloud showed it a moment ago, and is well.
 *
 * @param ip the one address that is asked about
 */
export function proof(
  { addresses, healthy }: Status,
  ip: string | undefined,
): { readonly good: boolean; readonly why: string } {
  if (!healthy) return { good: false, why: "a health check fails" };
  const asked = addresses.filter((one) => ip === undefined || one.ip === ip);
  if (asked.length === 0) return { good: false, why: `${ip} is no address of this node` };
  const missing = asked.find(({ holds }) => !holds);
  if (missing) return { good: false, why: `${missing.ip}: ${missing.why}` };
  const old = asked.find(({ seenMs = Infinity }) => seenMs > provenMs);
  return old
    ? { good: false, why: `${old.ip}: the cloud has not shown it for ${old.seenMs} ms` }
    : { good: true, why: "held, as the cloud shows" };
}
