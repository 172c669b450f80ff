/**
 * The world outside: an ordinary `node:http` server on the loopback address,
 * with pages of every temper. It knows nothing of greenlets.
 *
 *   /page/N     comes after a while (0.05 to 1.65 s), 1 to 100 KB long
 *   /missing/N  answers 404            /broken/N  answers 500
 *   /reset/N    cuts the connection    /stall/N   never answers
 *   /drip/N     answers, byte by byte, and never ends
 *
 * The seed decides the order of the pages and which of them are slow or long;
 * how many there are of each kind does not change. The last ones never answer,
 * so that something is still running when the time is up.
 */

import { createServer, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const kinds = { page: 250, missing: 4, broken: 4, reset: 3, stall: 4, drip: 3 };
const stragglers = 5;

/** Pages to visit, and what is to be done when that is over. */
export interface Site {
  urls: URL[];
  close(): void;
}

export async function openSite(seed: number): Promise<Site> {
  const random = randomNumbers(seed);
  const server = createServer(answer(random));
  server.keepAliveTimeout = 60_000; // an idle connection must not be cut just when it is used again
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
  });
  const paths = Object.entries(kinds).flatMap(([kind, count]) => numbered(kind, 1, count));
  const order = [...shuffle(paths, random), ...numbered('stall', kinds.stall + 1, stragglers)];
  return {
    urls: order.map((path) => new URL(path, `http://127.0.0.1:${port}`)),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function answer(random: () => number): RequestListener {
  const ranks = shuffle([...Array(kinds.page).keys()], random);
  const sizes = ranks.map(() => Math.round(1000 * 100 ** random()));

  return (request, response) => {
    const [, kind, number] = (request.url ?? '').split('/');
    const index = Number(number) - 1;
    if (kind === 'page') {
      const seconds = 0.05 + 1.6 * ((ranks[index] ?? 0) / kinds.page) ** 2;
      later(response, seconds, () => response.end(Buffer.alloc(sizes[index] ?? 0, 'gevent ')));
    } else if (kind === 'broken' || kind === 'missing') {
      response.statusCode = kind === 'broken' ? 500 : 404;
      later(response, 0.1, () => response.end(`${kind}\n`));
    } else if (kind === 'reset') {
      later(response, 0.2, () => request.socket.resetAndDestroy());
    } else if (kind === 'drip') {
      const timer = setInterval(() => response.write('.'), 100);
      response.once('close', () => clearInterval(timer));
    }
  };
}

/** Does it after some seconds, unless the client has gone by then. */
function later(response: ServerResponse, seconds: number, action: () => void): void {
  const timer = setTimeout(action, seconds * 1000);
  response.once('close', () => clearTimeout(timer));
}

function numbered(kind: string, first: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `/${kind}/${first + index}`);
}

function shuffle<T>(items: T[], random: () => number): T[] {
  const keyed = items.map((item) => ({ item, key: random() }));
  return keyed.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
}

/** Numbers from 0 to 1, the same ones for the same seed (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
}
