/** The last lines of the tour. */

import { clock, paint, print, size } from './screen.ts';
import type { Tally } from './tally.ts';

export function printSummary(tally: Tally, peak: number, file: string, remark?: string): void {
  const { downloaded, failed, killed, 'timed out': timedOut } = tally.pages;
  const times = (tally.visiting / tally.elapsed).toFixed(1);
  const row = (name: string, value: number | string, note = '') =>
    print(`  ${name.padEnd(12)}${String(value).padStart(6)}  ${note}`.trimEnd());

  print();
  if (remark !== undefined) print(remark);
  print(paint('bold', `${tally.done} of ${tally.total} pages in ${clock(tally.elapsed).trim()}`));
  row('downloaded', downloaded, size(tally.bytes));
  row('failed', failed, 'an HTTP error, or no connection');
  row('timed out', timedOut, 'stopped by their own Timeout');
  row('killed', killed, 'still running at the end');
  row('not started', tally.total - tally.done);
  row('greenlets', peak, 'alive at the peak, those of the site included');
  row('one by one', clock(tally.visiting).trim(), `${times} times as long`);
  print(`Results: ${file}`);
}
