/** The table of a run: a block a figure, a line a contender, and for each Node the value and "ours ÷ this one". */
import { boundedValue, boundText, figureOf, holds, ratioTo } from './bounds.ts';
import { contendersOf, OURS } from './contenders.ts';
import type { Bound, Case, Row, Run } from './types.ts';

/** Three digits that matter, thousands separated. */
function figure(number: number | undefined): string {
  if (number === undefined || !Number.isFinite(number)) return '-';
  const digits = Math.abs(number) >= 100 ? 0 : Math.abs(number) >= 10 ? 1 : 2;
  return number.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

const mark = (held: boolean | undefined): string =>
  held === undefined ? '-' : held ? 'holds' : 'FALLS SHORT';

/** One figure of a case: our line, then the peers'. */
function block(benchCase: Case, row: Row, runs: readonly Run[], judge: Run | undefined): string[][] {
  const title = row.label ? `${benchCase.title}: ${row.label}` : benchCase.title;
  return contendersOf(benchCase).map((id) => {
    const cells = runs.flatMap((run) => {
      const ratio = id === OURS ? undefined : ratioTo(run, benchCase, id, row.metric);
      const beside = id === OURS ? row.unit : ratio === undefined ? '-' : `${figure(ratio)} ×`;
      return [figure(figureOf(run, benchCase, id, row.metric)), beside];
    });
    const bound = row.bounds.find(({ against = OURS }) => against === id);
    const verdict = bound
      ? [boundText(bound, row.unit), mark(judge && holds(bound, row, benchCase, judge))]
      : ['', ''];
    return [id === OURS ? title : `  ${benchCase.peers[id]}`, ...cells, ...verdict];
  });
}

/** The whole table as text. `judge` is the run that the bounds are judged on. */
export function table(cases: readonly Case[], runs: readonly Run[], judge: Run | undefined): string {
  const head = [
    '',
    ...runs.flatMap(({ node }) => [node.version, 'ours ÷ it']),
    'bound',
    judge?.node.version ?? '',
  ];
  const blocks = cases.flatMap((each) => each.rows.map((row) => block(each, row, runs, judge)));
  const lines = [head, ...blocks.flat()];
  const widths = head.map((_, column) => Math.max(...lines.map((cells) => cells[column]?.length ?? 0)));
  const align = (cell: string, column: number): string => {
    const width = widths[column] ?? 0;
    return column === 0 || column > runs.length * 2 ? cell.padEnd(width) : cell.padStart(width);
  };
  const text = (cells: readonly string[]): string => cells.map(align).join('  ').trimEnd();
  return [text(head), ...blocks.map((group) => group.map(text).join('\n'))].join('\n\n');
}

/** A line for each contender that has no figures, with the reason. */
export function gaps(cases: readonly Case[], runs: readonly Run[]): string[] {
  const lines = runs.flatMap(({ node, results }) =>
    cases.flatMap((benchCase) =>
      Object.entries(results[benchCase.name] ?? {}).flatMap(([id, outcome]) =>
        'missing' in outcome
          ? [`${node.version}  ${benchCase.name}, ${benchCase.peers[id] ?? 'gevent-ts'}: ${outcome.missing}`]
          : [],
      ),
    ),
  );
  return lines.length > 0 ? ['without figures:', ...lines.map((line) => `  ${line}`)] : [];
}

/** How many bounds hold, and a line for each that does not. */
export function verdict(cases: readonly Case[], judge: Run | undefined): string[] {
  if (!judge) return ['no bound judged: no Node 24 in this run'];
  const judged = cases.flatMap((benchCase) =>
    benchCase.rows.flatMap((row) =>
      row.bounds.map((bound) => ({ held: holds(bound, row, benchCase, judge), benchCase, row, bound })),
    ),
  );
  const known = judged.filter(({ held }) => held !== undefined);
  const short = known.filter(({ held }) => held === false);
  const summary = `${known.length - short.length} of ${judged.length} bounds hold on Node ${judge.node.version}`;
  const unknown = judged.length - known.length;
  return [
    unknown > 0 ? `${summary}, ${unknown} without figures` : summary,
    ...short.map(({ benchCase, row, bound }) => `  falls short: ${shortfall(benchCase, row, bound, judge)}`),
  ];
}

function shortfall(benchCase: Case, row: Row, bound: Bound, judge: Run): string {
  const value = figure(boundedValue(bound, row, benchCase, judge));
  const name = row.label ? `${benchCase.name}, ${row.label}` : benchCase.name;
  const what = bound.against === undefined ? row.unit : `× ${benchCase.peers[bound.against]}`;
  return `${name}: ${value} ${what}, bound ${boundText(bound, row.unit)}`;
}
