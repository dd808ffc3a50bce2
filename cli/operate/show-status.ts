/** A snapshot as people read it. */
import { silenceOf, span } from "../../agent/status/show.ts";
import type { Status } from "../../agent/status/status.ts";
import type { Finding } from "../../operate/finding.ts";
import type { HostSeen, Snapshot } from "../../operate/snapshot.ts";
import type { Paint } from "../../stack/diagnostic.ts";
import { clean, table } from "../terminal.ts";

const movesMax = 6;

/** The whole page, without a newline at its end. */
export function showStatus(snapshot: Snapshot, findings: readonly Finding[], paint: Paint): string {
  const { stack, addresses, hosts } = snapshot;
  const names = Math.max(...addresses.map(({ name }) => name.length));
  const held = addresses.map(({ name, ip, holders }) => {
    const by = holders.length === 0 ? paint("error", "held by nobody") : `held by ${list(holders)}`;
    return `  ${(ip ?? "no address yet").padEnd(15)}  ${name.padEnd(names)}  ${by}`;
  });
  const nodes = hosts.filter(({ role }) => role === "node");
  const servers = hosts.filter(({ role }) => role === "app-server");
  const header = ["node", "instance", "role", "health", "hears", "why"];
  const moves = movesOf(nodes);
  // The cloud's names have the stack's before them.
  const short = (name: string): string =>
    hosts.find(({ instance }) => instance?.name === name)?.name ?? name;
  return [
    `${stack}, as the cloud shows it`,
    ...held,
    "",
    table(
      header,
      nodes.map((node) => rowOf(node, short)),
    ),
    ...(servers.length === 0 ? [] : ["", `app servers: ${servers.map(serverIn).join(", ")}`]),
    ...(moves.length === 0 ? [] : ["", "last moves", ...moves]),
    "",
    ...showFindings(findings, paint),
  ].join("\n");
}

/** What is wrong and what to do, a finding in two lines. */
export function showFindings(findings: readonly Finding[], paint: Paint): readonly string[] {
  const told = findings.flatMap(({ level, where, what, fix }) => [
    `${marks(paint)[level]}  ${clean(`${where}: ${what}`)}`,
    ...(fix === "" ? [] : [`       fix: ${clean(fix)}`]),
  ]);
  const has = (wanted: Finding["level"]): boolean => findings.some(({ level }) => level === wanted);
  if (has("wrong")) return told;
  return [...told, has("unseen") ? "nothing that was seen is wrong" : "nothing is wrong"];
}

const marks = (paint: Paint): Readonly<Record<Finding["level"], string>> => ({
  ok: "ok   ",
  note: paint("warning", "note "),
  unseen: paint("warning", "note "),
  wrong: paint("error", "wrong"),
});

const list = (names: readonly string[]): string => clean(names.join(" and "));

const serverIn = ({ name, instance }: HostSeen): string =>
  clean(`${name} ${instance?.state ?? "does not exist"}`);

function rowOf(
  { name, instance, agent }: HostSeen,
  short: (name: string) => string,
): readonly string[] {
  const state = clean(instance?.state ?? "none");
  if (agent?.kind !== "answers") return [name, state, "?", "?", "?", clean(agent?.why ?? "")];
  const { status } = agent;
  const roles = [...new Set(status.addresses.map(({ role }) => role))].join(", ");
  const health = status.maintenance ? "maintenance" : status.healthy ? "well" : "sick";
  const whys = [...new Set(status.addresses.map(({ why }) => why))].join("; ");
  return [name, state, clean(roles), health, clean(hearsIn(status, short)), clean(whys)];
}

const hearsIn = ({ peers }: Status, short: (name: string) => string): string =>
  peers
    .filter(({ heard }) => heard)
    .map(({ name, bothWays }) => `${short(name) || "?"}${bothWays ? "" : " (one way)"}`)
    .join(", ") || "nobody";

/** Each node tells what it took over itself. */
function movesOf(nodes: readonly HostSeen[]): readonly string[] {
  const moves = nodes.flatMap(({ name, agent }) =>
    agent?.kind !== "answers"
      ? []
      : agent.status.moves.flatMap((move) => {
          if (move.kind !== "moved") return [];
          const { at, ip, claimMs, confirmMs, why } = move;
          const silence = silenceOf(move);
          const after = silence === undefined ? "" : `${silence} after the last frame, `;
          const took = `${after}claimed in ${span(claimMs)}, seen ${span(confirmMs)} later`;
          return [{ at, text: `${ip} to ${name}: ${why ?? "elected"} (${took})` }];
        }),
  );
  return moves
    .sort((one, other) => one.at - other.at)
    .slice(-movesMax)
    .map(
      ({ at, text }) => `  ${new Date(at).toISOString().replace(/\.\d+Z/, "Z")}  ${clean(text)}`,
    );
}
