/** What is wrong, from what the status says; each with what to do about it. */
import type { Status } from "./status.ts";

export type Problem = { readonly text: string; readonly fix: string };

type Facts = Omit<Status, "problems">;
type Tell = (wrong: unknown, text: string, fix: string) => void;

/** The signature allows for more, and beyond this the clock is plainly wrong. */
const clockMs = 60_000;
/** Time in which a peer would have been known and heard. */
const settledMs = 30_000;

const releasing = (name: string): string => `\`sudo baton-agent release -instance ${name}\``;

const named = (all: readonly { readonly name: string }[]): string =>
  all.map(({ name }) => name).join(", ");

/** All that is wrong, in the order in which to look at it. */
export function problemsOf(status: Facts): readonly Problem[] {
  const { api, addresses, checks, healthy, peers } = status;
  const problems: Problem[] = [];
  const tell: Tell = (wrong, text, fix) => {
    if (wrong) problems.push({ text, fix });
  };

  tell(
    api.reachable === false,
    `the cloud's API fails: ${api.error}`,
    "sudo baton-agent check -online",
  );
  for (const { ip, seenMs, holders, why } of addresses) {
    const lost = seenMs !== undefined && holders.length === 0;
    tell(lost, `${ip} is held by nobody: ${why}`, "`sudo baton-agent claim`, if no agent does it");
    tell(
      why.startsWith("held outside"),
      `${ip} is held by ${holders.join(", ")}, outside the group`,
      `\`sudo baton-agent claim\`, then ${holders.map(releasing).join(", ")}`,
    );
  }
  const others = peers.some((one) => one.bothWays && one.healthy);
  tell(
    !healthy,
    `this node is sick${others ? "" : ", and no healthy one is heard"}`,
    checks.some((one) => !one.healthy)
      ? "what the health checks ask for must answer"
      : "it was sick too often lately, and must stay well for a while",
  );
  tellOfPeers(status, tell);
  const absent = addresses.filter(({ onHost }) => !onHost).map(({ ip }) => ip);
  tell(
    // Before a failover, too: then it is too late to find out.
    absent.length > 0,
    `not configured on this host: ${absent.join(", ")}`,
    "the address must be on lo, or what arrives for it is refused",
  );
  const aheadMs = api.clockAheadMs ?? 0;
  tell(
    Math.abs(aheadMs) > clockMs,
    `this host's clock is off by ${Math.round(aheadMs / 1_000)} s`,
    "timedatectl set-ntp true",
  );
  return problems;
}

function tellOfPeers({ election, frames, peers, uptimeMs }: Facts, tell: Tell): void {
  const settled = uptimeMs > settledMs;
  tell(
    settled && peers.length === 0,
    "no peer is known: nobody can take over",
    "look at the peers' security group or label",
  );
  const never = peers.filter(({ heardMs }) => heardMs === undefined);
  const gone = peers.filter(({ heardMs, heard }) => heardMs !== undefined && !heard);
  const oneWay = peers.filter(({ heard, bothWays }) => heard && !bothWays);
  // A stray frame of another stack is none of our business while all peers are linked.
  const foreign =
    peers.some(({ bothWays }) => !bothWays) &&
    (frames.dropped["unknown-key"] || frames.dropped.forged);
  const port = election.method === "heartbeat" ? election.port : "";
  tell(foreign, "frames with another key come in", "give all nodes the same credentials");
  tell(
    settled && !foreign && never.length > 0,
    `never heard: ${named(never)}. Heartbeat blocked?`,
    `the security group must let UDP ${port} in from the group itself`,
  );
  tell(
    gone.length > 0,
    `hears nothing from ${named(gone)}`,
    `on ${named(gone)}: systemctl status baton`,
  );
  tell(
    oneWay.length > 0,
    `heard, but does not hear us: ${named(oneWay)}`,
    `let UDP ${port} from here in there`,
  );
}
