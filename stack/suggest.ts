/** "Did you mean": the known word nearest to one that is not known. */

/** The nearest of the known words, if it is near enough to be meant. */
export function suggest(word: string, known: readonly string[]): string | undefined {
  const folded = fold(word);
  const ranked = known
    .map((candidate) => ({ candidate, distance: distance(folded, fold(candidate)) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (best === undefined) return undefined;
  return best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.candidate : undefined;
}

const fold = (word: string): string => word.toLowerCase().replaceAll("_", "-");

/** Damerau-Levenshtein distance with adjacent transpositions. */
function distance(a: string, b: string): number {
  // A key of a hostile file may be long; nothing that long is a slip of the finger.
  if (Math.abs(a.length - b.length) > 8) return Number.POSITIVE_INFINITY;
  let previous: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, (previous[j - 2] ?? 0) + 1);
      }
      next.push(best);
    }
    previous = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
