/** What an agent has to say, in words: what is new between two looks at it. */
import type { Status } from "../../agent/status/status.ts";
import type { AgentView, Tone } from "./message.ts";

export type Line = {
  readonly tone: Tone;
  readonly text: string;
  /** The peer whose silence it tells of; empty where it does not say whose. */
  readonly silence?: string;
};

/** Keeps of a status what does not change with every look; hosts go by their short names. */
export function viewOf(status: Status): AgentView {
  const short = (text: string): string => text.replaceAll(`${status.stack}-`, "");
  return {
    healthy: status.healthy,
    maintenance: status.maintenance,
    resigning: status.resigning,
    checks: status.checks.flatMap(({ healthy, why }) => (healthy ? [] : [why ?? "a check fails"])),
    addresses: status.addresses.map(({ ip, role, holds, why }) => ({ ip, role, holds, why })),
    peers: status.peers.map(({ name, heard, bothWays }) => ({
      name: short(name),
      heard,
      bothWays,
    })),
    problems: status.problems.map(({ text, fix }) => ({ text: short(text), fix: short(fix) })),
  };
}

/** What an agent would tell about the step from one view to the next; null: it does not answer. */
export function newsOf(before: AgentView | null, after: AgentView | null): readonly Line[] {
  if (after === null) return before === null ? [] : [trouble("does not answer")];
  const several = after.addresses.length > 1;
  const standing = ({ ip, role, why }: AgentView["addresses"][number]): Line => ({
    ...agent(`${several ? `${ip} ` : ""}${role}: ${why}`),
    ...(why === "the holder fell silent" && { silence: "" }),
  });
  if (before === null) return [agent("answers"), ...after.addresses.map(standing)];
  return [
    ...flags(before, after),
    ...after.peers.flatMap((peer) => peerNews(before.peers, peer)),
    ...after.addresses.flatMap((one) => {
      const was = before.addresses.find(({ ip }) => ip === one.ip);
      return was?.role === one.role && was.why === one.why ? [] : [standing(one)];
    }),
    ...after.problems.flatMap(({ text }) =>
      aboutPeers.test(text) || before.problems.some((one) => one.text === text)
        ? []
        : [trouble(text)],
    ),
  ];
}

/** A peer that falls silent or turns deaf is told already, by its name. */
const aboutPeers = /^(silent: |hears nothing from |heard, but does not hear us: )/;

const agent = (text: string): Line => ({ tone: "agent", text });
const trouble = (text: string): Line => ({ tone: "trouble", text });

function flags(before: AgentView, after: AgentView): readonly Line[] {
  const turned = (key: "maintenance" | "resigning", on: string, off: string) =>
    before[key] === after[key] ? [] : [agent(after[key] ? on : off)];
  return [
    ...(before.healthy === after.healthy
      ? []
      : after.healthy
        ? [agent("is healthy")]
        : [trouble(["is sick", ...after.checks].join(": "))]),
    ...turned("maintenance", "goes into maintenance", "is back from maintenance"),
    ...turned("resigning", "hands over", "no longer hands over"),
  ];
}

function peerNews(
  peers: AgentView["peers"],
  { name, heard, bothWays }: AgentView["peers"][number],
): readonly Line[] {
  const was = peers.find((one) => one.name === name);
  if (was === undefined) return bothWays ? [agent(`hears ${name}, both ways`)] : [];
  if (was.heard === heard && was.bothWays === bothWays) return [];
  const silent = { ...trouble(`hears nothing from ${name} any more`), silence: name };
  if (!heard) return was.heard ? [silent] : [];
  return [bothWays ? agent(`hears ${name}, both ways`) : trouble(`${name} does not hear it`)];
}
