/**
 * The world outside: an `HTTPServer` on the loopback address, with pages of
 * every temper. Each of its requests is a greenlet of its own, which ends
 * when its client goes away.
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

import type { IncomingMessage, ServerResponse } from 'node:http';
import { sleep } from 'gevent-ts';
import { HTTPServer, nodeHandler, type NodeListener } from 'gevent-ts/http';

const kinds = { page: 250, missing: 4, broken: 4, reset: 3, stall: 4, drip: 3 };
const stragglers = 5;

/** Pages to visit, and what is to be done when that is over. */
export interface Site {
  urls: URL[];
  close(): Promise<unknown>;
}

/** Opens the site. Parks until it listens. */
export async function openSite(seed: number): Promise<Site> {
  const random = randomNumbers(seed);
  const options = { log: null, keepAliveTimeout: 60 }; // an idle connection must not be cut just when it is used again
  const server = new HTTPServer('127.0.0.1:0', nodeHandler(answer(random)), options);
  await server.start();
  const paths = Object.entries(kinds).flatMap(([kind, count]) => numbered(kind, 1, count));
  const order = [...shuffle(paths, random), ...numbered('stall', kinds.stall + 1, stragglers)];
  return {
    urls: order.map((path) => new URL(path, `http://127.0.0.1:${server.serverPort}`)),
    close: () => server.stop({ timeout: 0 }),
  };
}

function answer(random: () => number): NodeListener {
  const ranks = shuffle([...Array(kinds.page).keys()], random);
  const sizes = ranks.map(() => Math.round(1000 * 100 ** random()));

  return async (request: IncomingMessage, response: ServerResponse) => {
    const [, kind, number] = (request.url ?? '').split('/');
    const index = Number(number) - 1;
    if (kind === 'page') {
      await sleep(0.05 + 1.6 * ((ranks[index] ?? 0) / kinds.page) ** 2);
      response.end(Buffer.alloc(sizes[index] ?? 0, 'gevent '));
    } else if (kind === 'broken' || kind === 'missing') {
      await sleep(0.1);
      response.writeHead(kind === 'broken' ? 500 : 404).end(`${kind}\n`);
    } else if (kind === 'reset') {
      await sleep(0.2);
      request.socket.resetAndDestroy();
    } else if (kind === 'drip') {
      for (;;) {
        response.write('.');
        await sleep(0.1);
      }
    }
  };
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
