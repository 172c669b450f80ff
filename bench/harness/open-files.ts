/** How many files a process may have open: what bounds the connections of a case. */
import { answerOf } from './runtimes.ts';
import type { Case } from './types.ts';

/** What a process needs beside its connections. */
const OTHERS = 100;

/** The cases, with no more connections than both sides can have open; says which have fewer than they should. */
export function withinOpenFiles(cases: readonly Case[], say: (line: string) => void): readonly Case[] {
  // Node raises the limit of each process to the hard one by itself.
  const limit = Number.parseInt(answerOf('sh', ['-c', 'ulimit -Hn']) ?? '', 10);
  const most = Number.isNaN(limit) ? Infinity : limit - OTHERS;
  return cases.map((each) => {
    if (each.protocol === undefined || each.ops <= most) return each;
    say(`${each.name}: ${most} connections, not ${each.ops}: a process may have ${limit} files open`);
    return { ...each, ops: most, title: `${each.title} (here ${most})` };
  });
}
