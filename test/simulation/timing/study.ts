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

export const profiles: readonly Profile[] = [
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

/** False failovers in a year; `seen` says whether they were counted, or follow from more loss. */
export type Yearly = { readonly perYear: number; readonly seen: boolean };

export type Row = {
  readonly profile: Profile;
  readonly medianMs: number;
  readonly lateMs: number;
  readonly yearly: readonly Yearly[];
  readonly stalls: readonly number[];
};

/** @param budgetMs real time for each count of false failovers */
export function study(budgetMs: number, times: number): readonly Row[] {
  return profiles.map((profile) => {
    const found = detectionMs(profile, 0, times);
    const rates = losses.map((loss) => rateAt(profile, loss, loss === 0 ? 200 : budgetMs));
    return {
      profile,
      medianMs: quantile(found, 0.5),
      lateMs: quantile(found, 0.99),
      yearly: yearlyOf(rates, profile),
      stalls: stallsMs.map((stallMs) => stallShare(profile, stallMs, Math.ceil(times / 4))),
    };
  });
}

const enough = 5;

/**
 * A failover takes as many lost frames in a row as the dead ratio says, so what is too rare to be
 * seen follows from the next higher loss: the rate grows with that power of the loss.
 */
function yearlyOf(rates: readonly Rate[], { deadRatio }: Profile): readonly Yearly[] {
  const yearly: Yearly[] = [];
  for (let index = rates.length - 1; index >= 0; index -= 1) {
    const { moves = 0, hours = 1 } = rates[index] ?? {};
    const above = yearly[0];
    const ratio = (losses[index] ?? 0) / (losses[index + 1] ?? 1);
    const seen = moves >= enough || above === undefined || losses[index] === 0;
    const perYear = seen ? (moves / hours) * yearHours : above.perYear * ratio ** deadRatio;
    yearly.unshift({ perYear, seen });
  }
  return yearly;
}
