/**
 * The tour: a program that downloads many pages at once, each in its own
 * greenlet, with nothing but plain `async` functions.
 *
 * It starts a small HTTP server of its own on the loopback address, with 273 pages that
 * are fast, slow, broken or never end, and downloads them all: 40 at a time,
 * 2 seconds at most for each, 5 seconds for all. Whoever is not back by then is
 * killed, and the requests are really gone. Every page becomes a line in a file.
 *
 * Run it:
 *   npm start
 *   npm start -- --urls my-list.txt --out results.jsonl
 *   npm start -- --help
 *
 * You will see a bar that grows (on a terminal), a line for each page that
 * failed or took too long, and after 5 seconds what it all adds up to: more
 * than two minutes of waiting, done in five seconds. Press Ctrl-C on the way:
 * the greenlets are killed, and the file holds what had been finished.
 */

import { getCurrent, getHub, shield, sleep, taskGroup, Timeout } from 'gevent-ts';
import { Pool } from 'gevent-ts/pool';
import { Queue } from 'gevent-ts/queue';

import { help, type Options, readOptions, UsageError } from './tour/options.ts';
import { Results } from './tour/results.ts';
import * as screen from './tour/screen.ts';
import { openSite } from './tour/site.ts';
import { Stopped, stopOnSignal } from './tour/stop.ts';
import { printSummary } from './tour/summary.ts';
import { type Row, Tally } from './tour/tally.ts';
import { readUrls } from './tour/url-list.ts';
import { visit } from './tour/visit.ts';

/** Visits all pages, as many at a time as the pool has room for. Parks until the last row is in the file. */
async function tour(urls: URL[], options: Options, results: Results, tally: Tally): Promise<void> {
  const pool = new Pool(options.concurrency);
  const rows = new Queue<Row>();

  // In a task group the first failure ends it all: when the disk is full, why go on?
  await taskGroup(async (group) => {
    const writer = group.spawn(writeRows, rows, results, tally);
    const progress = group.spawn(showProgress, tally);
    try {
      await new Timeout(options.limit, false).run(async () => {
        for (const url of urls) await pool.spawn(visit, url, options.timeout, rows); // parks while the pool is full
        await pool.join();
      });
    } finally {
      await shield(async () => {
        await pool.kill(); // the stragglers: each of them still puts its row on the queue
        rows.shutdown(); // and that was the last one
        await writer.join();
        await progress.kill();
      });
    }
  });
}

/** A greenlet: takes row after row from the queue to the file, until the queue is shut down. */
async function writeRows(rows: Queue<Row>, results: Results, tally: Tally): Promise<void> {
  for await (const row of rows) {
    await results.write(row);
    tally.add(row);
    screen.printTrouble(row);
  }
}

/** A greenlet: shows how far we are, until it is killed. */
async function showProgress(tally: Tally): Promise<void> {
  try {
    for (;;) {
      screen.showProgress(tally);
      await sleep(screen.progressInterval);
    }
  } finally {
    screen.endProgress(tally);
  }
}

async function main(): Promise<number> {
  stopOnSignal(getCurrent());
  const options = readOptions(process.argv.slice(2));
  if (options.help) {
    screen.print(help);
    return 0;
  }
  const list = options.urls === undefined ? undefined : await readUrls(options.urls);
  const results = await Results.open(options.out);
  const site = list ?? (await openSite(options.seed));
  const tally = new Tally(site.urls.length);
  screen.print(
    `${tally.total} pages, ${options.concurrency} at a time, ${options.timeout} s for each, ${options.limit} s for all`,
  );
  let stopped: Stopped | undefined;
  try {
    await tour(site.urls, options, results, tally);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    stopped = error;
  } finally {
    await shield(async () => {
      await site.close();
      await results.close();
    });
  }
  printSummary(tally, getHub().statistics().peak, results.path, stopped?.message);
  return stopped?.exitCode ?? 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  const usage = error instanceof UsageError;
  console.error(`tour: ${(error as Error).message}${usage ? ' (--help tells more)' : ''}`);
  process.exitCode = usage ? 2 : 1;
}
// A name that is being looked up cannot be called off: do not wait for it.
setTimeout(() => process.exit(), 200).unref();
