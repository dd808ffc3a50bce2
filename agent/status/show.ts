/** The status as people read it. */
import type { Status } from "./status.ts";

/** @param color whether escape sequences are welcome */
export function show(status: Status, color: boolean): string {
  const paint = (code: number, text: string): string =>
    color ? `\x1b[${code}m${clean(text)}\x1b[0m` : clean(text);
  const { addresses, peers, problems, moves } = status;
  const states = [
    ...(status.healthy ? [] : ["sick"]),
    ...(status.maintenance ? ["in maintenance"] : []),
    ...(status.resigning ? ["resigning"] : []),
  ];
  const head = `${status.node} of ${status.stack}, running for ${span(status.uptimeMs)}`;
  const lines = [
    paint(1, head) + (states.length > 0 ? paint(33, `  ${states.join(", ")}`) : ""),
    ...addresses.map(({ ip, role, holds, holders, seenMs, why, contestMs }) => {
      const seen = seenMs === undefined ? "" : `, seen ${span(seenMs)} ago`;
      const others = holders.filter((name) => name !== status.node).join(", ");
      const where = holds
        ? paint(32, `held here${others && ` and by ${others}`}${seen}`)
        : clean(seen ? `held by ${others || "nobody"}${seen}` : "holder not known yet");
      const until = contestMs === undefined ? "" : `; contests in ${span(contestMs)}`;
      return `  ${ip}  ${role}  ${where}  (${clean(why)}${until})`;
    }),
    ...peers.map(({ name, ip, heardMs, bothWays, healthy, resigning }) => {
      const heard = heardMs === undefined ? "never heard" : `heard ${span(heardMs)} ago`;
      const says = [
        bothWays ? "both ways" : "",
        healthy === false ? "sick" : "",
        resigning ? "resigning" : "",
      ];
      return clean(`  peer ${name} ${ip}  ${[heard, ...says].filter(Boolean).join(", ")}`);
    }),
    ...status.checks
      .filter(({ healthy }) => !healthy)
      .map(({ why }) => clean(`  check fails: ${why}`)),
    ...moves.map((move) => clean(`  ${new Date(move.at).toISOString()}  ${told(move)}`)),
    ...problems.flatMap(({ text, fix }) => [
      paint(31, `  wrong: ${text}`),
      clean(`         ${fix}`),
    ]),
    ...(problems.length === 0 ? ["  nothing is wrong"] : []),
  ];
  return `${lines.join("\n")}\n`;
}

/** Names come from the cloud, reasons from programs: none of them moves or turns the text. */
const clean = (text: string): string => text.replace(/\p{C}/gu, "?");

function told(move: Status["moves"][number]): string {
  if (move.kind === "holders") return `${move.ip} held by ${move.holders.join(", ") || "nobody"}`;
  if (move.kind !== "moved") return move.kind;
  const { ip, claimMs, confirmMs, why } = move;
  const silence = silenceOf(move);
  const noticed = silence === undefined ? "" : `noticed ${silence} after the last frame, `;
  const because = why === undefined ? "" : `${why}; `;
  return `${ip} taken over: ${because}${noticed}claimed in ${span(claimMs)}, seen ${span(confirmMs)} later`;
}

/** For how long a holder was silent when its address was taken; of others the time says nothing. */
export const silenceOf = ({ why, detectMs }: Silence): string | undefined =>
  detectMs !== undefined && why?.includes("silent") ? span(detectMs) : undefined;

type Silence = { readonly why?: string | undefined; readonly detectMs?: number | undefined };

const units: readonly (readonly [number, string])[] = [
  [86_400_000, "d"],
  [3_600_000, "h"],
  [60_000, "min"],
  [1_000, "s"],
];

/** A span in its largest unit. */
export function span(ms: number): string {
  const [size, unit] = units.find(([limit]) => ms >= limit) ?? [1, "ms"];
  const value = ms / size;
  return `${unit === "s" && value < 10 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
