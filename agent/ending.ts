/**
 * What an agent leaves to the next one of its node: the word that no release it asked for may land
 * any more. Who is killed leaves none, and then the next one waits until all must have landed.
 */
import { randomBytes } from "crypto";
import type { AgentConfig } from "./config.ts";
import { pastOf } from "./core/releasing.ts";
import type { Past, State } from "./core/state.ts";
import { bootedAtMs } from "./host/clock.ts";
import type { Journal } from "./journal.ts";

export type Word = {
  /** Takes it, once: it is unknown where there is none, or where it cannot be taken away. */
  readonly take: () => Promise<Past>;
  /** Leaves it, where it is true, and where no other agent has begun with the same file. */
  readonly leave: (state: State) => void;
};

export const wordFile = "ended";
/** By so much the moment of a boot may seem to move while the clock is kept right. */
const sameBootMs = 2_000;
/** A disk that does not answer keeps no agent from starting. */
const patienceMs = 1_000;

export function openWord(
  { saved, save }: Pick<Journal, "saved" | "save">,
  { addresses }: Pick<AgentConfig, "addresses">,
): Word {
  const run = randomBytes(8).toString("hex");
  // Agents of several addresses may share a state directory in exoip's place.
  const of = addresses.map(({ ip }) => ip).join();
  const read = (): Partial<Record<string, unknown>> => Object(saved(wordFile));
  return {
    async take() {
      const word = read();
      const slow = new Promise<string>((resolve) => setTimeout(resolve, patienceMs, "slow"));
      const trouble = await Promise.race([save(wordFile, { run }), slow]);
      // A power failure may bring an old file back, but not in the same boot.
      const ageMs = Math.abs(Number(word.bootedAtMs) - bootedAtMs());
      if (trouble !== undefined || word.of !== of || !(ageMs <= sameBootMs)) return "unknown";
      return word.past === "in order" || word.past === "let go" ? word.past : "unknown";
    },
    leave(state) {
      const past = pastOf(state);
      if (past === "unknown" || read().run !== run) return;
      void save(wordFile, { bootedAtMs: bootedAtMs(), of, past });
    },
  };
}
