/**
 * Whether an update may go ahead, as far as app servers go: not all of them leave service at once,
 * unless each was named. Pure.
 */
import {
  changedIn,
  divided,
  type NodeChange,
  namesOf,
  type Proposal,
  type Verdict,
} from "./replacement.ts";

export type FleetProposal = {
  readonly appServers: readonly NodeChange[];
  /** App servers that the last deployment recorded and the stack no longer has. */
  readonly removed: readonly string[];
  readonly permitted: Proposal["permitted"];
};

/** One app server alone has nobody to stand in for it, and whoever runs it knows. */
export function judgeAppServers({ appServers, removed, permitted }: FleetProposal): Verdict {
  const { goAhead, held } = divided(appServers, permitted);
  const before = appServers.filter(({ recorded }) => recorded !== undefined);
  const leaving = [...namesOf(goAhead), ...removed];
  const areAll = leaving.length === before.length + removed.length;
  const areNamed = leaving.every((name) => permitted?.includes(name));
  if (areAll && leaving.length > 1 && !areNamed)
    return { ok: false, message: allAtOnce(goAhead, removed) };
  return { ok: true, replaced: namesOf(goAhead), held: namesOf(held) };
}

function allAtOnce(changed: readonly NodeChange[], removed: readonly string[]): string {
  const why = [...new Set(changed.flatMap(changedIn))].join(", ");
  const what = [
    ...(changed.length > 0 ? [`replace or restart ${namesOf(changed).join(", ")} (${why})`] : []),
    ...(removed.length > 0 ? [`remove ${removed.join(", ")}`] : []),
  ].join(" and ");
  const all = [...namesOf(changed), ...removed];
  const some = all.slice(0, Math.floor(all.length / 2)).join(",");
  return (
    `stopped before anything was changed: this update would ${what}, every app server at once, ` +
    "and nobody would answer until the first has booted.\n" +
    `fix: name some, \`pulumi config set baton:replace ${some}\`, and run \`pulumi up\`: the ` +
    "others stay as they are. Then name the rest. To name all at once is to accept the outage"
  );
}
