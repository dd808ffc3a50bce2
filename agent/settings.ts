/** What the core is told of the configuration. */
import type { Cloud } from "./cloud/cloud.ts";
import type { AgentConfig, AgentElection } from "./config.ts";
import type { Settings } from "./core/state.ts";

/** For one attempt at the API. */
export const deadlineMs = 5_000;
const respectMs = 60_000;
/** Between the ends of the scale, so that a person can go both ways from it. */
const neutralPriority = 128;

/** @param self the cloud's id of this instance */
export function settingsOf(
  config: AgentConfig,
  self: string,
  boot: string,
  { settleMs }: Pick<Cloud, "settleMs">,
): Settings {
  return {
    self,
    boot,
    election: electionOf(config.election),
    addresses: config.addresses.map(({ ip = "", ranks }) => ({
      ip,
      rank: ranks[config.node] ?? 0,
    })),
    settleMs,
    deadlineMs,
    checks: config.health,
    releaseOnStop: config.releaseOnStop ?? false,
    respectMs: config.respectMs ?? respectMs,
    takeFromOutside: config.takeFromOutside ?? false,
  };
}

function electionOf(election: AgentElection): Settings["election"] {
  if (election.method !== "heartbeat") return { method: "wish" };
  // On our own wire the order of the stack file decides until a person says otherwise.
  const priority = election.wire === "exoip" ? election.priority : neutralPriority;
  return { ...election, priority };
}
