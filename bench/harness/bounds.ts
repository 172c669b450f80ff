/** Judges a bound, and says it in words. */
import { OURS } from './contenders.ts';
import type { Bound, Case, Row, Run } from './types.ts';

/** A figure of a contender in a run, if there is one. */
export function figureOf(run: Run, benchCase: Case, id: string, metric: string): number | undefined {
  const outcome = run.results[benchCase.name]?.[id];
  return outcome && 'figures' in outcome ? outcome.figures[metric] : undefined;
}

/** What a bound is about: ours ÷ peer, or our own figure. */
export function boundedValue(bound: Bound, row: Row, benchCase: Case, run: Run): number | undefined {
  const ours = figureOf(run, benchCase, OURS, row.metric);
  if (bound.against === undefined || ours === undefined) return ours;
  const theirs = figureOf(run, benchCase, bound.against, row.metric);
  return theirs === undefined ? undefined : ours / theirs;
}

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
