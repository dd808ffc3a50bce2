/**
 * Who the peers are: fixed addresses, or what the cloud lists for a security group or a label. Only
 * nodes of the group are ever released, so nobody joins by speaking alone: a stranger makes us look
 * at the cloud's list again. A fixed address is the exception: where the cloud cannot tell whose it
 * is, the id is believed that comes in a fresh frame with the stack's signature.
 */
import type { Cloud, CloudInstance } from "../cloud/cloud.ts";
import type { AgentPeers } from "../config.ts";
import type { NodeId } from "../wire/advertisement.ts";
import { doubtOf, selectorOf, unlisted } from "./group-doubt.ts";
import { type Member, maxMembers, type SavedGroup, savedMembers } from "./member.ts";
import { fixedAfter, type IsHeard, listedAfter, type Missing } from "./membership.ts";
import type { Stranger } from "./received.ts";

export type GroupParts = {
  readonly peers: AgentPeers;
  /** The cloud's id of this instance. */
  readonly self: NodeId;
  readonly cloud: Pick<Cloud, "instances">;
  readonly nowMs: () => number;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
  /** What `save` was last given, as it was read from the file; undefined where there is none. */
  readonly saved: unknown;
  readonly save: (group: SavedGroup) => void;
  /** Whether an address is one of this host's. */
  readonly isOwn: (ip: string) => boolean;
  /** Whether a node speaks now; who does is never dropped. */
  readonly isHeard: IsHeard;
  /** Called when the members change, and not for the first of them. */
  readonly onChange: (members: readonly Member[]) => void;
  /** What keeps the list from being right, when that changes; undefined when nothing does. */
  readonly onTrouble: (text: string | undefined) => void;
};

export type Group = {
  /** The peers: everyone but this node. */
  readonly members: () => readonly Member[];
  /** Whether there is a list yet. Until then an empty one does not say that we are alone. */
  readonly isKnown: () => boolean;
  /** To be called every second or so: asks the cloud when it is time to. */
  readonly tick: () => void;
  /** Asks the cloud now. */
  readonly refresh: () => void;
  readonly meet: (stranger: Stranger) => void;
};

const periodMs = 300_000;
const demandMs = 30_000;
const retryMs = 60_000;
/** Without a list nothing works, so it is asked for as often as R16 lets a claim be retried. */
const urgentMs = 5_000;
const deadlineMs = 10_000;

export function createGroup(parts: GroupParts): Group {
  const { peers, self, cloud, nowMs, random, isHeard } = parts;
  const roster = createRoster(parts);
  const { members, isKnown } = roster;
  let trouble: string | undefined;
  let asking = false;
  let dueAt = nowMs();
  let demandAt = dueAt;

  const ask = async (forStranger = false): Promise<void> => {
    if (asking) return;
    asking = true;
    const of = selectorOf(peers);
    const answer = await cloud.instances({ of, deadlineMs: nowMs() + deadlineMs });
    asking = false;
    const done = answer.kind === "done";
    const toldMs = ("retryAfterMs" in answer && answer.retryAfterMs) || 0;
    const changed = done && roster.list(answer.value);
    const nextMs = done && !roster.isDoubtful() ? periodMs : isKnown() ? retryMs : urgentMs;
    dueAt = nowMs() + Math.max(nextMs * (0.75 + random() / 2), toldMs);
    // Who was taken out of the group and goes on speaking makes us ask once more a period.
    demandAt = changed || (done && !forStranger) ? nowMs() + demandMs : dueAt;
    const text = done
      ? doubtOf(peers, self, roster.all(), answer.value)
      : unlisted(answer.message, isKnown());
    if (text !== trouble) parts.onTrouble(text);
    trouble = text;
  };

  return {
    members,
    isKnown,
    tick() {
      roster.lookAtHost();
      if (nowMs() >= dueAt) void ask();
    },
    refresh: () => void ask(),
    meet(stranger) {
      if (peers.from === "addresses") roster.become(withSpeaker(roster.all(), stranger, isHeard));
      else if (nowMs() >= demandAt) void ask(true);
    },
  };
}

/** The list itself, as answers and frames change it; `list` and `become` give whether they did. */
function createRoster({ peers, self, nowMs, isHeard, isOwn, ...parts }: GroupParts) {
  const isFixed = peers.from === "addresses";
  const saved = savedMembers(parts.saved, peers);
  let all = saved || fixedMembers(peers);
  let isKnown = saved !== undefined || isFixed;
  let missing: Missing = new Map();

  /** The same list of addresses may be given to every node: our own is known before its id is. */
  const isSelf = ({ id, ips }: Member): boolean => (id ? id === self : ips.some(isOwn));
  const members = () => all.filter((one) => !isSelf(one));
  let told = members().length;

  const tell = (): void => {
    told = members().length;
    parts.onChange(members());
  };

  const become = (next: readonly Member[]): boolean => {
    if (JSON.stringify(next) === JSON.stringify(all)) return false;
    all = next;
    parts.save({ peers, members: all });
    tell();
    return true;
  };

  return {
    all: () => all,
    members,
    isKnown: () => isKnown,
    /** Whether somebody was missing in the last answer, and will leave if the next one agrees. */
    isDoubtful: () => all.some(({ id = "" }) => missing.has(id) && !isHeard(id)),
    become,
    list(instances: readonly CloudInstance[]): boolean {
      if (isFixed) return become(fixedAfter(all, instances, isHeard));
      const others = instances.filter(({ id }) => id !== self);
      // Any choice of 16 would differ from node to node.
      if (others.length > maxMembers) return false;
      isKnown = true;
      const after = listedAfter(all, others, missing, isHeard, nowMs());
      missing = after.missing;
      return become(after.members.slice(0, maxMembers));
    },
    /** The interface with our address may come up late. */
    lookAtHost() {
      if (members().length !== told) tell();
    },
  };
}

const fixedMembers = (peers: AgentPeers): readonly Member[] =>
  peers.from === "addresses"
    ? Object.entries(peers.addresses).map(([name, ip]) => ({ name, ips: [ip] }))
    : [];

/** The speaker takes the place of its name, else of its address, where nobody else is heard. */
function withSpeaker(
  members: readonly Member[],
  { id, name, ip, proven }: Stranger,
  isHeard: IsHeard,
): readonly Member[] {
  const place =
    members.find((one) => one.name === name) || members.find(({ ips }) => ips.includes(ip));
  const isFree = place && !(place.id && isHeard(place.id));
  return proven && isFree ? members.map((one) => (one === place ? { ...one, id } : one)) : members;
}
