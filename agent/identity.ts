/** Who and where this agent is: from the configuration, else from the metadata server. */
import type { Outcome } from "./cloud/cloud.ts";
import type { AgentConfig } from "./config.ts";
import type { Log } from "./host/log.ts";

export type Identity = { readonly id: string; readonly zone: string };

const triesMs = [1_000, 2_000, 5_000, 10_000];
const timeoutMs = 5_000;

/**
 * Waits until the metadata server answers, where it has to be asked; undefined where it did not
 * within that many tries.
 */
export async function findIdentity(
  { instance, cloud }: AgentConfig,
  ask: (timeoutMs: number) => Promise<Outcome<Identity>>,
  log: Log,
  triesMax = Infinity,
): Promise<Identity | undefined> {
  const given = { id: instance ?? "", zone: cloud.provider === "exoscale" ? cloud.zone : "" };
  if (given.id && given.zone) return given;
  for (let failed = 0; failed < triesMax; failed += 1) {
    const answer = await ask(timeoutMs);
    if (answer.kind === "done") {
      return { id: given.id || answer.value.id, zone: given.zone || answer.value.zone };
    }
    log("warning", `waits for the metadata server, which tells who this instance is`, {
      why: answer.message,
    });
    const waitMs = triesMs[Math.min(failed, triesMs.length - 1)];
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
  return undefined;
}
