/**
 * What an agent leaves to the next one of its node: the word that nothing it asked for may land any
 * more. Who is killed leaves none, and then the next one waits until all must have landed.
 */
import { endsInOrder } from "./core/releasing.ts";
import type { State } from "./core/state.ts";
import { bootedAtMs } from "./host/clock.ts";
import type { Journal } from "./journal.ts";

type Saved = Pick<Journal, "saved" | "save">;

const name = "ended";
/** By so much the moment of a boot may seem to move while the clock is kept right. */
const sameBootMs = 2_000;
/** A disk that does not answer keeps no agent from starting. */
const patienceMs = 1_000;

/** Leaves the word, where it is true. */
export function leaveWord({ save }: Pick<Journal, "save">, state: State): void {
  // A power failure may bring an old file back, but not in the same boot.
  if (endsInOrder(state)) void save(name, { bootedAtMs: bootedAtMs() });
}

/** Takes the word, once: false where there is none, or where it cannot be taken away. */
export async function takeWord({ saved, save }: Saved): Promise<boolean> {
  const { bootedAtMs: at }: { bootedAtMs?: unknown } = Object(saved(name));
  if (typeof at !== "number" || Math.abs(at - bootedAtMs()) > sameBootMs) return false;
  const slow = new Promise<string>((resolve) => setTimeout(resolve, patienceMs, "slow"));
  return (await Promise.race([save(name, {}), slow])) === undefined;
}
