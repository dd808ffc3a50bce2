/**
 * What to do about one address now: a pure reading of state, asked anew after every event. A
 * decision is made for the moment it is sent in and is never repeated (R1).
 */
import { candidatesFor, elect } from "./elect.ts";
import type { NodeId } from "./frame.ts";
import { silent } from "./peers.ts";
import { type AddressState, deadIntervalMs, type State } from "./state.ts";

export type Decision =
  | { readonly do: "nothing"; readonly why: string; readonly differs: boolean }
  | { readonly do: "claim"; readonly why: string }
  | { readonly do: "release"; readonly whom: NodeId; readonly why: string };

const rest = (why: string, differs = false): Decision => ({ do: "nothing", why, differs });

/** The least time that a healthy holder keeps the address before a better node takes it (R12). */
const minimumHoldMs = 30_000;

/** Returns within this time make the next one wait longer. */
const recentlyMs = 600_000;

export function decide(state: State, address: AddressState): Decision {
  const { settings, now } = state;
  const seen = address.seen;
  if (seen === undefined) return rest("the cloud has not been read yet");
  if (now < state.listenUntil) return rest("listening before acting");
  if (address.suspects.size > 0) return rest("a move by another is being looked at again", true);
  const shared = settings.hold === "shared";
  const candidates = candidatesFor(state, address.name);
  const elected = elect(candidates, { preempt: settings.preempt, shared });
  const mine = elected.includes(settings.self);
  const holds = seen.holders.has(settings.self);
  const others = [...seen.holders].filter((id) => id !== settings.self && state.group.has(id));
  if ([...seen.holders].some((id) => id !== settings.self && !state.group.has(id)) && !holds) {
    return rest("held outside the group; left alone");
  }
  if (mine && !holds) return claiming(state, address, others, shared);
  if (mine) return releasingOthers(state, address, others, elected);
  return standingBack(state, address, elected, holds);
}

/** We should hold and do not. */
function claiming(
  state: State,
  address: AddressState,
  others: readonly NodeId[],
  shared: boolean,
): Decision {
  const take = (why: string): Decision => ({ do: "claim", why });
  if (others.length === 0) return take("nobody holds");
  if (shared && others.some((id) => !silent(state, id))) return take("shares with its equals");
  const { yielded, seen } = address;
  const gone = others.filter((id) => seen?.stopped.has(id));
  if (gone.length === others.length) return take("the holder's instance is not running");
  const heard = others.filter((id) => !silent(state, id));
  if (heard.length > 0) return preempting(state, address, heard);
  if (yielded !== undefined && others.includes(yielded.to)) {
    return state.now >= yielded.contestAt
      ? take("contests after the back-off")
      : rest("another took it while unheard; stands back");
  }
  if (others.every((id) => address.knownHolders.has(id))) return take("the holder fell silent");
  return rest("the holder was never heard");
}

/** A worse node holds and is heard. */
function preempting(state: State, address: AddressState, heard: readonly NodeId[]): Decision {
  const { now, settings } = state;
  const candidates = candidatesFor(state, address.name);
  const holder = candidates.find(({ id }) => heard.includes(id));
  if (holder === undefined) return rest("the holder is heard, but not both ways", true);
  const sound = holder.healthy && holder.able && !holder.resigning;
  if (!sound) return { do: "claim", why: "the holder gives way" };
  if (now < address.respectUntil) return rest("moved by hand; respected for a while");
  const returns = address.returns.filter((at) => at > now - recentlyMs).length;
  const damped = (address.movedAt ?? -Infinity) + minimumHoldMs * 2 ** Math.max(0, returns - 1);
  if (now < damped) return rest("a move came shortly before; waits");
  if (now < (state.wellSince ?? now) + settings.preemptDelayMs) return rest("preempt delay");
  return { do: "claim", why: "better in the order" };
}

/** We hold and should; another holds too. */
function releasingOthers(
  state: State,
  address: AddressState,
  others: readonly NodeId[],
  elected: readonly NodeId[],
): Decision {
  const surplus = others.filter((id) => !elected.includes(id));
  const fresh = state.now - (address.seen?.begunAt ?? -Infinity) <= 2 * state.settings.settleMs;
  if (surplus.length > 0 && !fresh) return rest("holds; another held too, looks again", true);
  for (const whom of surplus) {
    const stopped = address.seen?.stopped.has(whom) === true;
    const dead =
      silent(state, whom) &&
      address.knownHolders.has(whom) &&
      state.now >= releaseAt(state, address, whom);
    const contested = address.yielded?.to === whom && state.now >= address.yielded.contestAt;
    if (stopped || dead || contested) return { do: "release", whom, why: "dead and still holding" };
    // A live node lets go by itself once it sees us. One that resigns may be too busy dying, and
    // one whom a person has made a holder does not know of it.
    const peer = state.peers.get(whom);
    const slow = (address.movedAt ?? state.now) + (1 + placeOf(state, address)) * turnMs(state);
    const aware = saysHolding(state, address, whom);
    if (peer !== undefined && (peer.frame.resigningMs > 0 || !aware) && state.now > slow) {
      return { do: "release", whom, why: aware ? "resigned and still holds" : "holds unawares" };
    }
  }
  return rest(
    surplus.length > 0 ? "holds; another holds too" : "holds, as elected",
    surplus.length > 0,
  );
}

/** Another should hold. */
function standingBack(
  state: State,
  address: AddressState,
  elected: readonly NodeId[],
  holds: boolean,
): Decision {
  if (!holds) return rest("stands by");
  // A read may be older than what happened since: the other must say itself that it holds. Where
  // the elected node waits for something, the best of those who hold stays alone.
  const candidates = candidatesFor(state, address.name);
  const own = candidates.find(({ id }) => id === state.settings.self);
  const better = candidates.find(
    ({ id, healthy, able, resigning, holds: says, rank }) =>
      address.seen?.holders.has(id) &&
      says &&
      (elected.includes(id) || (healthy && able && !resigning && rank < (own?.rank ?? 0))),
  );
  if (better === undefined) return rest("holds until the elected node does", elected.length > 0);
  return { do: "release", whom: state.settings.self, why: "the elected node holds" };
}

const saysHolding = (state: State, { name }: AddressState, id: NodeId): boolean =>
  state.peers.get(id)?.frame.addresses.find((one) => one.name === name)?.holds === true;

/**
 * From when a silent holder may be released. One that held beside us while it was heard thinks the
 * same of us: were both to act at once, nobody would hold. So worse places in the order wait, until
 * a better one must have acted. A holder whom we replaced after its silence is released at once,
 * since it would take our claim as a sign of life.
 */
function releaseAt(state: State, address: AddressState, whom: NodeId): number {
  const heardAt = state.peers.get(whom)?.heardAt;
  const heldSince = address.returns[address.returns.length - 1] ?? -Infinity;
  if (heardAt === undefined || (address.claimed && heldSince > heardAt)) return -Infinity;
  return heardAt + deadIntervalMs(state) + placeOf(state, address) * turnMs(state);
}

const placeOf = ({ settings }: State, address: AddressState): number =>
  settings.addresses.find(({ name }) => name === address.name)?.rank ?? 0;

/** Time in which a better node has noticed, acted, and can be seen to have acted. */
const turnMs = (state: State): number =>
  deadIntervalMs(state) + state.settings.deadlineMs + state.settings.settleMs;
