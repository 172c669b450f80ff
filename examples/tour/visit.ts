/** What one greenlet of the pool does: download one page, and say how it went. */

import * as http from 'node:http';
import * as https from 'node:https';
import { currentSignal, interruptible, isInterrupt, Timeout } from 'gevent-ts';
import type { Queue } from 'gevent-ts/queue';

import type { Row } from './tally.ts';

const headers = { 'user-agent': 'gevent-ts tour' };

interface Page {
  status: number;
  bytes: number;
}

/** Puts one row on the queue, whatever happens to the page or to the greenlet. */
export async function visit(url: URL, seconds: number, rows: Queue<Row>): Promise<void> {
  const started = performance.now();
  const report = (outcome: Row['outcome'], details?: Partial<Row>) => {
    const milliseconds = Math.round(performance.now() - started);
    rows.putNowait({ url: url.href, outcome, seconds: milliseconds / 1000, ...details });
  };

  const timeout = new Timeout(seconds);
  try {
    await timeout.run(async () => {
      const page = await download(url);
      report(page.status < 400 ? 'downloaded' : 'failed', page);
    });
  } catch (error) {
    if (error === timeout) return report('timed out');
    if (isInterrupt(error)) {
      report('killed');
      throw error; // a kill is not ours to stop
    }
    report('failed', { error: describe(error as NodeJS.ErrnoException) });
  }
}

/**
 * Downloads a page to its end. Any interruption, be it a kill or a Timeout,
 * fires `currentSignal()`, and Node destroys the request at once.
 */
function download(url: URL): Promise<Page> {
  const { get } = url.protocol === 'https:' ? https : http;
  return interruptible(
    new Promise((resolve, reject) => {
      const request = get(url, { headers, signal: currentSignal() }, (response) => {
        let bytes = 0;
        response.on('data', (chunk: Buffer) => (bytes += chunk.length));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, bytes }));
        response.on('error', reject);
      });
      request.on('error', reject);
    }),
  );
}

/** An address that was tried in several ways fails with a code and no message. */
function describe({ message, code }: NodeJS.ErrnoException): string {
  return message || (code ?? 'unknown error');
}
