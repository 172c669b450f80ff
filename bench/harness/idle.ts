/** What a connection costs a server while nothing is said on it. */
import { startLoad, startServer } from './server-processes.ts';
import type { Case, Environment, Figures, Memory } from './types.ts';

/** Connections that have come and gone before those whose memory is measured. */
const EARLIER = 200;

/** What the process has grown by for each connection, when all of them have been served and none says anything. */
export async function measureIdle(benchCase: Case, id: string, environment: Environment): Promise<Figures> {
  const { ops: connections } = benchCase;
  const { server, port } = await startServer(benchCase, id, environment);
  try {
    const earlier = await startLoad(benchCase, EARLIER, port, environment);
    await earlier.end();
    const before = await server.ask<Memory>('memory');
    const load = await startLoad(benchCase, connections, port, environment);
    const { heap = Number.NaN, rss } = await server.ask<Memory>('memory');
    await load.end();
    return { rssEach: (rss - before.rss) / connections, heapEach: (heap - (before.heap ?? 0)) / connections };
  } finally {
    await server.end();
  }
}
