/** Whether the hosts are what the stack file says now. Pure. */
import { type Finding, note, ok, unseen, wrong } from "../finding.ts";
import { isLinked, type Snapshot, versionsOf } from "../snapshot.ts";
import type { Checkup } from "./examine.ts";

/** What each agent found out itself: API, key, the address on the host, clock, peers. */
export const judgeChecks = ({ checks }: Checkup, snapshot: Snapshot): Finding[] =>
  Object.entries(checks).flatMap(([node, all]): Finding[] => {
    if ("why" in all)
      return [
        wrong(
          node,
          `it could not check itself: ${all.why}`,
          "there: sudo baton-agent check -online",
        ),
      ];
    // One that was replaced stands in the agent's list for a while, under its successor's name.
    const lines = all.filter(
      ({ fine, what }) => fine || !(isUnheard(what) && isLinked(snapshot, node)),
    );
    const faults = lines.filter(({ fine }) => !fine);
    return faults.length > 0
      ? faults.map(({ what, fix }) => wrong(node, `not so: ${what}`, fix))
      : [ok(node, lines.length < all.length ? allBut : allOf(lines.length))];
  });

const allOf = (count: number): string =>
  `all ${count} of its own checks: API, key, address, clock, peers`;

const allBut = "all of its own checks, but that it waits for a peer that was replaced";

/** In the agent's own words, to which a test holds this. */
const isUnheard = (what: string): boolean =>
  /^\S+ is (never heard|not heard both ways)$/.test(what);

/**
 * @param wanted SHA-256 of each host's user-data as the stack file makes it now; undefined where
 *   it was not rendered
 */
export function judgeUserData(
  { userData }: Checkup,
  wanted: Readonly<Record<string, string>> | undefined,
): Finding[] {
  const asked = Object.entries(userData);
  if (asked.length === 0) return [];
  if (wanted === undefined) {
    const fix = "pulumi stack output --json --show-secrets | npx baton doctor STACK --facts -";
    return [note("user-data", "not compared: it needs what only `pulumi up` knows", fix)];
  }
  const other = asked.filter(([host, digest]) => digest !== undefined && digest !== wanted[host]);
  const unread = asked.filter(([, digest]) => digest === undefined).map(([host]) => host);
  const same = asked.flatMap(([host, digest]) =>
    digest !== undefined && digest === wanted[host] ? [host] : [],
  );
  const isAll = same.length === Object.keys(wanted).length;
  const whose = isAll ? "every host" : `each of ${same.join(", ")}`;
  const list = other.map(([host]) => host).join(", ");
  const mayRead = "does SSH reach it, and may its user use sudo there?";
  return [
    ...(other.length > 0
      ? [wrong("user-data", `not what the stack file says now: ${list}`, "`npx baton roll STACK`")]
      : same.length > 0
        ? [ok("user-data", `${whose} has what the stack file says`)]
        : []),
    ...(unread.length > 0
      ? [unseen("user-data", `not read on ${unread.join(", ")}`, mayRead)]
      : []),
  ];
}

/** @param own version of the agent that this project builds */
export function judgeVersions({ hosts }: Snapshot, own: string): Finding[] {
  const versions = [...versionsOf(hosts)];
  const others = versions.filter(([version]) => version !== own);
  if (versions.length === 0) return [];
  if (others.length === 0) return [ok("agents", `all of version ${own}`)];
  const list = others.map(([version, names]) => `${version} on ${names.join(", ")}`).join("; ");
  return [note("agents", `${list}; this is ${own}`, "`npx baton roll STACK` brings this one")];
}
