/** The study: which intervals and dead ratios are compared, at what loss and with what stalls. */
import {
  detectionMs,
  type Profile,
  quantile,
  type Rate,
  rateAt,
  stallShare,
  yearHours,
} from "./measure.ts";

const profiles: readonly Profile[] = [
  { intervalMs: 100, deadRatio: 3 },
  { intervalMs: 100, deadRatio: 5 },
  { intervalMs: 200, deadRatio: 5 },
  { intervalMs: 500, deadRatio: 3 },
  { intervalMs: 500, deadRatio: 5 },
  { intervalMs: 1_000, deadRatio: 3 },
  { intervalMs: 1_000, deadRatio: 5 },
];
export const losses: readonly number[] = [0, 0.01, 0.05, 0.2];
export const stallsMs: readonly number[] = [500, 1_000, 1_500, 2_000, 2_500, 3_000];

/** False failovers in a year: counted, or, where they were too few, at most so many. */
export type Yearly = { readonly perYear: number; readonly seen: boolean };

export type Row = {
  readonly profile: Profile;
  readonly medianMs: number;
  readonly lateMs: number;
  readonly yearly: readonly Yearly[];
  readonly stalls: readonly number[];
};

/** @param intervals for how many each count of false failovers goes on at most */
export function study(intervals: number, times: number): readonly Row[] {
  return profiles.map((profile) => {
    const found = detectionMs(profile, times);
    const rates = losses.map((loss) =>
      rateAt(profile, loss, loss === 0 ? Math.min(10_000, intervals) : intervals),
    );
    return {
      profile,
      medianMs: quantile(found, 0.5),
      lateMs: quantile(found, 0.99),
      yearly: yearlyOf(rates, profile),
      stalls: stallsMs.map((stallMs) => stallShare(profile, stallMs, Math.ceil(times / 4))),
    };
  });
}

/** Fewer say little: the rate is then known to a factor of two at best. */
const enough = 30;

/**
 * As many frames in a row as the dead ratio says must be lost, or one less where the next comes
 * late by its jitter. So the rate grows at least with that lower power of the loss, and from what
 * was counted at a higher loss follows how much it is at most.
 */
function yearlyOf(rates: readonly Rate[], { deadRatio }: Profile): readonly Yearly[] {
  const yearly: Yearly[] = [];
  for (let index = rates.length - 1; index >= 0; index -= 1) {
    const { moves = 0, hours = 1 } = rates[index] ?? {};
    const above = yearly[0];
    const ratio = (losses[index] ?? 0) / (losses[index + 1] ?? 1);
    const seen = moves >= enough || above === undefined || losses[index] === 0;
    const perYear = seen ? (moves / hours) * yearHours : above.perYear * ratio ** (deadRatio - 1);
    yearly.unshift({ perYear, seen });
  }
  return yearly;
}
