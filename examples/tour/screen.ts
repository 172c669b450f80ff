/**
 * What a person sees. On a terminal the last line is a bar that grows, and
 * whatever else is printed appears above it; elsewhere there are plain lines.
 * NO_COLOR and TERM=dumb are respected.
 */

import { styleText } from 'node:util';
import { getHub } from 'gevent-ts';

import { outcomes, type Row, type Tally } from './tally.ts';

const colors = { downloaded: 'green', failed: 'red', 'timed out': 'yellow', killed: 'magenta' } as const;

type Color = (typeof colors)[Row['outcome']] | 'bold' | 'dim';

const out = process.stdout;
const live = out.isTTY && process.env['TERM'] !== 'dumb';
const colored = live && out.hasColors();
let bar = '';

/** Seconds between two calls of `showProgress`. */
export const progressInterval = live ? 0.1 : 1;

export function paint(color: Color, text: string): string {
  return colored ? styleText(color, text) : text;
}

/** Prints a line, above the bar if there is one. */
export function print(line = ''): void {
  out.write(live ? `\r\x1b[K${line}\n${bar}` : `${line}\n`);
}

/** Prints what became of a page that did not come as it should; of those killed the summary tells. */
export function printTrouble({ url, outcome, seconds, status, error }: Row): void {
  if (outcome === 'downloaded' || outcome === 'killed') return;
  const reason = outcome === 'timed out' ? `after ${seconds.toFixed(1)} s` : (error ?? `HTTP ${status}`);
  print(`  ${paint(colors[outcome], outcome.padEnd(9))}  ${url}  ${paint('dim', reason)}`);
}

export function showProgress(tally: Tally): void {
  const { alive } = getHub().statistics();
  const counts = `${tally.done}/${tally.total} pages  ${size(tally.bytes)}  greenlets ${alive}`;
  const line = `${clock(tally.elapsed)}  ${counts}`;
  if (!live) return print(line);
  const columns = out.columns || 80;
  const width = columns - line.length - 3;
  bar = width < 10 ? line.slice(0, columns - 1) : `${line}  ${cells(tally, width)}`;
  out.write(`\r\x1b[K${bar}`);
}

/** Leaves the bar as it is in the end, and goes on below it. */
export function endProgress(tally: Tally): void {
  showProgress(tally);
  if (live) out.write('\n');
  bar = '';
}

function cells(tally: Tally, width: number): string {
  let sum = 0;
  let drawn = 0;
  let text = '';
  for (const outcome of outcomes) {
    sum += tally.pages[outcome];
    const end = Math.round((sum / tally.total) * width);
    text += paint(colors[outcome], '█'.repeat(end - drawn));
    drawn = end;
  }
  return text + paint('dim', '░'.repeat(width - drawn));
}

export function clock(seconds: number): string {
  return `${seconds.toFixed(1).padStart(4)} s`;
}

export function size(bytes: number): string {
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
