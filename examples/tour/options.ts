/** The command line of the tour: what may be asked for, and what is refused. */

import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

export const help = `Usage: npm start -- [options]

Downloads many pages at once, each in its own greenlet, from a small server of
its own or from a list of yours.

  --urls FILE        download this list instead: one URL a line, # for comments
  --out FILE         write one JSON record a line here (default: a temporary file)
  --concurrency N    pages at a time (default 40)
  --timeout SECONDS  longest time for one page (default 2; with --urls 10)
  --limit SECONDS    longest time for all of them (default 5; with --urls 60)
  --seed N           another set of pages on the tour's own server (default 1)
  --help             print this and stop`;

export interface Options {
  help: boolean;
  urls: string | undefined;
  out: string | undefined;
  concurrency: number;
  timeout: number;
  limit: number;
  seed: number;
}

/** Something the user can put right: a message without a stack, exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export function readOptions(args: string[]): Options {
  const { urls, out, help = false, ...values } = parse(args);
  if (urls !== undefined && values.seed !== undefined) {
    throw new UsageError("--seed is for the tour's own pages: it cannot be used with --urls");
  }
  if (urls !== undefined && out !== undefined && resolve(urls) === resolve(out)) {
    throw new UsageError(`--urls and --out name the same file: ${urls}`);
  }
  const own = urls === undefined;
  return {
    help,
    urls,
    out,
    concurrency: count('--concurrency', values.concurrency ?? '40', 1),
    timeout: seconds('--timeout', values.timeout ?? (own ? '2' : '10')),
    limit: seconds('--limit', values.limit ?? (own ? '5' : '60')),
    seed: count('--seed', values.seed ?? '1', 0),
  };
}

function parse(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        urls: { type: 'string' },
        out: { type: 'string' },
        concurrency: { type: 'string' },
        timeout: { type: 'string' },
        limit: { type: 'string' },
        seed: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function count(option: string, text: string, least: number): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
  throw new UsageError(`${option} wants a whole number of at least ${least}, not "${text}"`);
}

function seconds(option: string, text: string): number {
  const value = Number(text);
  if (/^\d*\.?\d+$/.test(text) && value > 0 && value <= 86_400) return value;
  throw new UsageError(`${option} wants seconds, more than 0 and at most a day, not "${text}"`);
}
