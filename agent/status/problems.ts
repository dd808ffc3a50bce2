/** What is wrong, from what the status says; each with what to do about it. */
import type { Status } from "./status.ts";

export type Problem = { readonly text: string; readonly fix: string };

type Facts = Omit<Status, "problems">;

/** The signature allows for more, and beyond this the clock is plainly wrong. */
const clockMs = 60_000;
/** Time in which a peer would have been heard. */
const settledMs = 30_000;

/** One finding a rule; the order is that of what to look at first. */
const rules: readonly ((facts: Facts) => Problem | undefined)[] = [
  ({ api }) =>
    api.reachable === false
      ? { text: `the cloud's API fails: ${api.error}`, fix: "baton-agent check --online" }
      : undefined,
  ({ peers, uptimeMs, frames }) => {
    const silent = peers.filter(({ heardMs }) => heardMs === undefined);
    if (silent.length === 0 || uptimeMs < settledMs || frames.dropped["unknown-key"])
      return undefined;
    return {
      text: `never heard: ${silent.map(({ name }) => name).join(", ")}. Heartbeat blocked?`,
      fix: "the security group must let the heartbeat's UDP port in from the group itself",
    };
  },
  ({ peers }) => {
    const oneWay = peers.filter(
      ({ heardMs, bothWays }) => heardMs !== undefined && heardMs < 5_000 && !bothWays,
    );
    return oneWay.length > 0
      ? {
          text: `heard, but does not hear us: ${oneWay.map(({ name }) => name).join(", ")}`,
          fix: "look at the rules of the other node's security group",
        }
      : undefined;
  },
  ({ frames: { dropped } }) =>
    dropped["unknown-key"] || dropped.forged
      ? { text: "frames with another key come in", fix: "give all nodes the same credentials" }
      : undefined,
  ({ addresses }) => {
    const absent = addresses.filter(({ holds, onHost }) => holds && !onHost);
    return absent.length > 0
      ? {
          text: `not configured on this host: ${absent.map(({ ip }) => ip).join(", ")}`,
          fix: "the address must be on lo, or what arrives for it is refused",
        }
      : undefined;
  },
  ({ api: { clockAheadMs = 0 } }) =>
    Math.abs(clockAheadMs) > clockMs
      ? {
          text: `this host's clock is off by ${Math.round(clockAheadMs / 1_000)} s`,
          fix: "timedatectl set-ntp true",
        }
      : undefined,
  ({ addresses }) => {
    const outside = addresses.find(({ why }) => why.startsWith("held outside"));
    return outside
      ? {
          text: `${outside.ip} is held by ${outside.holders.join(", ")}, outside the group`,
          fix: "baton-agent claim takes it back",
        }
      : undefined;
  },
];

export const problemsOf = (facts: Facts): readonly Problem[] =>
  rules.flatMap((rule) => rule(facts) ?? []);
