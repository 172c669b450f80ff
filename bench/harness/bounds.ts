/** Judges a bound, and says it in words. */
import { OURS } from './contenders.ts';
import { median, medianRatio } from './statistics.ts';
import type { Bound, Case, Row, Run } from './types.ts';

/** What a contender's repetitions gave in a run; empty when it is missing. */
function samplesOf(run: Run, benchCase: Case, id: string, metric: string): number[] {
  const outcome = run.results[benchCase.name]?.[id];
  if (outcome === undefined || !('samples' in outcome)) return [];
  return outcome.samples.map((figures) => figures[metric] ?? Number.NaN);
}

/** A contender's figure in a run, if there is one. */
export function figureOf(run: Run, benchCase: Case, id: string, metric: string): number | undefined {
  const samples = samplesOf(run, benchCase, id, metric);
  return samples.length > 0 ? median(samples) : undefined;
}

/** Ours ÷ that of a peer, if both are there. */
export function ratioTo(run: Run, benchCase: Case, peer: string, metric: string): number | undefined {
  const ours = samplesOf(run, benchCase, OURS, metric);
  const theirs = samplesOf(run, benchCase, peer, metric);
  return ours.length > 0 && theirs.length > 0 ? medianRatio(ours, theirs) : undefined;
}

/** What a bound is about: ours ÷ peer, or our own figure. */
export const boundedValue = (
  { against }: Bound,
  { metric }: Row,
  benchCase: Case,
  run: Run,
): number | undefined =>
  against === undefined ? figureOf(run, benchCase, OURS, metric) : ratioTo(run, benchCase, against, metric);

/** Whether it holds; undefined when a figure is missing. */
export function holds(bound: Bound, row: Row, benchCase: Case, run: Run): boolean | undefined {
  const value = boundedValue(bound, row, benchCase, run);
  if (value === undefined) return undefined;
  return value <= (bound.max ?? Infinity) && value >= (bound.min ?? -Infinity);
}

/** `≤ 3 ×`, `≤ 1/15 ×`, `≤ 40 ms`. */
export function boundText({ against, max, min }: Bound, unit: string): string {
  const what = against === undefined ? unit : '×';
  if (min !== undefined) return `≥ ${min} ${what}`;
  if (max === undefined) return '';
  return `≤ ${max < 1 ? `1/${Math.round(1 / max)}` : max.toLocaleString('en')} ${what}`;
}
