/** The middle value; of an even count the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * What a quarter of the values stay below. Of many short requests it says more than the median: whatever else runs on
 * the machine only ever makes one slower.
 */
export function lowerQuartile(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 2] ?? Number.NaN;
}

/** What a pair of commands or loads measured, round by round. */
export type Pair = { readonly a: number[]; readonly b: number[] };

/**
 * Measures two things in turn, so that a machine that is slow for a while is slow for both.
 * The first round warms caches and does not count.
 */
export async function inTurn(
  rounds: number,
  a: () => Promise<number>,
  b: () => Promise<number>,
): Promise<Pair> {
  const pair: Pair = { a: [], b: [] };
  for (let round = 0; round <= rounds; round++) {
    const [first, second] = [await a(), await b()];
    if (round === 0) continue;
    pair.a.push(first);
    pair.b.push(second);
  }
  return pair;
}
