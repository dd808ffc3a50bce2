/**
 * Whether an update may go ahead: at most one load balancer leaves service in it. Pure; what is
 * compared are the properties whose change replaces an instance, or stops it.
 */
import { suggest } from "../stack/suggest.ts";

/** Properties by name, each as text; undefined is not known before the update has begun. */
export type Properties = Readonly<Record<string, string | undefined>>;

export type NodeChange = {
  readonly node: string;
  readonly planned: Properties;
  /** As the last deployment recorded it; absent where the node is new. */
  readonly recorded: Readonly<Record<string, string>> | undefined;
};

export type Proposal = {
  readonly nodes: readonly NodeChange[];
  /** Nodes that the last deployment recorded and the stack no longer has. */
  readonly removed: readonly string[];
  /** Hosts that were named as those that may leave service now; absent: nobody was named. */
  readonly permitted: readonly string[] | undefined;
};

export type Verdict =
  /** `held` keep what they are; the others are made as planned. */
  | { readonly ok: true; readonly replaced: readonly string[]; readonly held: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** The names of the properties that differ. */
export const changedIn = ({ planned, recorded }: NodeChange): string[] =>
  recorded === undefined
    ? []
    : Object.keys(planned).filter((name) => planned[name] !== recorded[name]);

export function judge({ nodes, removed, permitted }: Proposal): Verdict {
  const { goAhead, held } = divided(nodes, permitted);
  if (goAhead.length + removed.length > 1) {
    return { ok: false, message: tooMany(goAhead, removed) };
  }
  return { ok: true, replaced: namesOf(goAhead), held: namesOf(held) };
}

/** Hosts that change: those that may, and those that keep what they are. */
export function divided(hosts: readonly NodeChange[], permitted: Proposal["permitted"]) {
  const changed = hosts.filter((host) => changedIn(host).length > 0);
  const goAhead = changed.filter(({ node }) => permitted?.includes(node) ?? true);
  return { goAhead, held: changed.filter((change) => !goAhead.includes(change)) };
}

export const namesOf = (changes: readonly NodeChange[]): string[] =>
  changes.map(({ node }) => node);

const because = (change: NodeChange): string => `${change.node} (${changedIn(change).join(", ")})`;

function tooMany(changed: readonly NodeChange[], removed: readonly string[]): string {
  const what = [
    ...(changed.length > 0 ? [`replace or restart ${changed.map(because).join(" and ")}`] : []),
    ...(removed.length > 0 ? [`remove ${removed.join(" and ")}`] : []),
  ].join(" and ");
  return (
    `stopped before anything was changed: this update would ${what} at once, and the address ` +
    `needs a load balancer that works.\nfix: ${oneAtATime(changed, removed)}`
  );
}

/** What is removed cannot be held back, so it is named first. */
function oneAtATime(changed: readonly NodeChange[], removed: readonly string[]): string {
  if (removed.length > 1) return "remove one load balancer from the stack file at a time";
  const first = removed[0] ?? changed[0]?.node ?? "";
  return (
    `name one, \`pulumi config set baton:replace ${first}\`, and run \`pulumi up\`: the others stay ` +
    "as they are. When all is well, name the next; at the end, `pulumi config rm baton:replace`"
  );
}

/** What to say of a named host that nobody knows; undefined where all are known. */
export function unknownHost(
  permitted: readonly string[],
  known: readonly string[],
): string | undefined {
  const unknown = permitted.find((name) => !known.includes(name));
  if (unknown === undefined) return undefined;
  const meant = suggest(unknown, known);
  const hint = meant === undefined ? "" : `did you mean ${meant}? `;
  return (
    `baton:replace names ${unknown}, and there is no such host.\n` +
    `fix: ${hint}hosts: ${known.join(", ")}`
  );
}

/**
 * A load balancer as the cloud shows it now. Whether it is well, the cloud cannot tell;
 * that it holds one is the best sign, since an agent that is well has claimed it.
 */
export type Seen = {
  readonly node: string;
  readonly running: boolean;
  readonly holds: boolean;
  readonly state: string;
};

/**
 * Whether one load balancer may leave service, seeing how all are: the state may still have one
 * that a failed update has left dead.
 * @param joining load balancers that this update makes; until they have booted, they are no help
 */
export function mayLeave(
  leaving: string,
  seen: readonly Seen[],
  joining: readonly string[],
): Verdict {
  const fine: Verdict = { ok: true, replaced: [leaving], held: [] };
  const others = seen.filter(({ node }) => node !== leaving);
  const dead = seen.some(({ node, running }) => node === leaving && !running);
  if (dead || others.some(({ running }) => running)) return fine;
  if (others.length === 0) {
    const [first] = joining;
    return first === undefined ? fine : { ok: false, message: tooEarly(leaving, first) };
  }
  const how = others.map(({ node, state }) => `${node} (${state})`).join(" and ");
  const message =
    `stopped before anything was changed: ${leaving} would leave service, and no other load ` +
    `balancer is running: ${how}.\nfix: mend that first: \`pulumi config set baton:replace ` +
    `${others[0]?.node}\`, and \`pulumi up\``;
  return { ok: false, message };
}

/** What to see to where another load balancer runs, and nothing shows that it is well. */
export function caveat(leaving: string, seen: readonly Seen[]): string | undefined {
  const others = seen.filter(({ node, running }) => node !== leaving && running);
  if (others.length === 0 || others.some(({ holds }) => holds)) return undefined;
  const names = others.map(({ node }) => node).join(" and ");
  return (
    `${leaving} leaves service, and all that the cloud can tell is that ${names} runs, not that it ` +
    "is well: look there with `sudo baton-agent status`, or begin with `sudo baton-agent handover` on " +
    leaving
  );
}

const tooEarly = (leaving: string, joining: string): string =>
  `stopped before anything was changed: ${leaving} would leave service, and ${joining} is still to be ` +
  `made.\nfix: make it first: \`pulumi config set baton:replace ${joining}\` and \`pulumi up\`, with ` +
  `${leaving} in the stack file so long. When all is well, \`pulumi config rm baton:replace\``;
