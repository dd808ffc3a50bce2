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
  readonly recorded: Properties | undefined;
};

export type Proposal = {
  readonly nodes: readonly NodeChange[];
  /** Nodes that the last deployment recorded and the stack no longer has. */
  readonly removed: readonly string[];
  /** The one node whose replacement was asked for by name. */
  readonly permitted: string | undefined;
};

export type Verdict =
  /** `held` keep what they are; the others are made as planned. */
  | { readonly ok: true; readonly replaced: readonly string[]; readonly held: readonly string[] }
  | { readonly ok: false; readonly message: string };

/** The names of the properties that differ. */
export const changedIn = ({ planned, recorded }: NodeChange): string[] =>
  recorded === undefined
    ? []
    : Object.keys(planned).filter(
        (name) => planned[name] === undefined || planned[name] !== recorded[name],
      );

export function judge({ nodes, removed, permitted }: Proposal): Verdict {
  const changed = nodes.filter((node) => changedIn(node).length > 0);
  const names = changed.map(({ node }) => node);
  if (permitted === undefined) {
    if (names.length + removed.length <= 1) return { ok: true, replaced: names, held: [] };
    return { ok: false, message: tooMany(changed, removed) };
  }
  if (!nodes.some(({ node }) => node === permitted)) {
    return { ok: false, message: unknownNode(permitted, nodes) };
  }
  const replaced = names.filter((node) => node === permitted);
  if (removed.length > 1) return { ok: false, message: tooMany([], removed) };
  if (replaced.length + removed.length > 1) {
    return { ok: false, message: notBoth(permitted, removed) };
  }
  return { ok: true, replaced, held: names.filter((node) => node !== permitted) };
}

const because = (change: NodeChange): string => `${change.node} (${changedIn(change).join(", ")})`;

function tooMany(changed: readonly NodeChange[], removed: readonly string[]): string {
  const [first] = changed;
  const what = [
    ...(changed.length > 0 ? [`replace or restart ${changed.map(because).join(" and ")}`] : []),
    ...(removed.length > 0 ? [`remove ${removed.join(" and ")}`] : []),
  ].join(" and ");
  const how =
    first === undefined
      ? "remove one load balancer from the stack file at a time"
      : `name one, \`pulumi config set baton:replace ${first.node}\`, and run \`pulumi up\`: the ` +
        "others stay as they are. When it is well, name the next; at the end, " +
        "`pulumi config rm baton:replace`";
  return (
    `stopped before anything was changed: this update would ${what} at once, and the address ` +
    `needs a load balancer that works.\nfix: ${how}`
  );
}

const notBoth = (permitted: string, removed: readonly string[]): string =>
  `stopped before anything was changed: ${permitted} would be replaced while ` +
  `${removed.join(" and ")} would be removed.\nfix: do one of them first`;

function unknownNode(permitted: string, nodes: readonly NodeChange[]): string {
  const names = nodes.map(({ node }) => node);
  const meant = suggest(permitted, names);
  const hint = meant === undefined ? "" : `did you mean ${meant}? `;
  return (
    `baton:replace names ${permitted}, and there is no such load balancer.\n` +
    `fix: ${hint}load balancers: ${names.join(", ")}`
  );
}
