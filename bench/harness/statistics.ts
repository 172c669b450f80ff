/** Middles of what was measured. */

/** The middle of a list of numbers. */
export function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/**
 * How a compares with b, repetition by repetition: they were measured in turns, so that a slow minute of the machine
 * is in both and drops out. The median of the ratios; of lists that do not pair up, the ratio of the medians.
 */
export function medianRatio(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) return median(a) / median(b);
  return median(a.map((each, i) => each / (b[i] ?? Number.NaN)));
}
