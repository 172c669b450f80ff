/** Servers under load: how much they serve, and what it costs them. */
import type { Dialogue } from './dialogue.ts';
import { pin } from './pin.ts';
import { startLoad, startServer } from './server-processes.ts';
import type { Case, Environment, Figures, LoadFigures, Outcome, Usage } from './types.ts';

const ROUNDS = 5;
/** A server takes longer to get warm than a loop: CPU time in `warmMs`. */
const WARM = 5;

/** A server, and its load when it has one. */
interface Pair {
  readonly server: Dialogue;
  readonly load: Dialogue;
}

/**
 * The servers of all contenders, alive at the same time, and rounds of load on one after the other: whatever else the
 * machine does meets them all. Answers the figures of each round, or why a contender has none.
 */
export async function measureServers(
  benchCase: Case,
  ids: readonly string[],
  environment: Environment,
): Promise<Readonly<Record<string, Outcome>>> {
  const outcomes: Record<string, Outcome> = {};
  const pairs = new Map<string, Pair>();
  const samples = new Map<string, Figures[]>(ids.map((id) => [id, []]));
  /** Does something with a contender; one that fails takes no further part. */
  const attempt = async (id: string, work: () => Promise<void>): Promise<void> => {
    if (outcomes[id]) return;
    await work().catch((error: unknown) => (outcomes[id] = { missing: (error as Error).message }));
  };
  const sittings = Math.min(benchCase.repetitions ?? Infinity, environment.effort.repetitions);
  for (let sitting = 0; sitting < sittings; sitting++) {
    for (const id of ids)
      await attempt(id, async () => void pairs.set(id, await warmPair(benchCase, id, environment)));
    for (let round = 0; round < ROUNDS; round++)
      for (const [id, pair] of pairs)
        await attempt(
          id,
          async () => void samples.get(id)?.push(await measureRound(pair, benchCase, environment)),
        );
    for (const { server, load } of pairs.values()) await Promise.all([load.end(), server.end()]);
    pairs.clear();
  }
  for (const [id, taken] of samples) outcomes[id] ??= { samples: taken };
  return outcomes;
}

/** A server that has been under load for a while. */
async function warmPair(benchCase: Case, id: string, environment: Environment): Promise<Pair> {
  const { server, port } = await startServer(benchCase, id, environment);
  try {
    const load = await startLoad(benchCase, benchCase.ops, port, environment);
    await warm({ server, load }, environment);
    pin(environment.cpus.at(-1), server.pid);
    return { server, load };
  } catch (error) {
    throw await reasonOf(error, server);
  }
}

/** What a server said itself when it failed tells more than what its load saw of that. */
async function reasonOf(error: unknown, server: Dialogue): Promise<Error> {
  await server.end();
  return new Error(server.complaint ?? (error as Error).message);
}

/** Load until the server has used its CPU for long enough, which on a busy machine takes longer. */
async function warm({ server, load }: Pair, { effort: { warmMs } }: Environment): Promise<void> {
  const cpuMs = async (): Promise<number> => (await server.ask<Usage>('usage')).cpuMicroseconds / 1e3;
  const enough = (await cpuMs()) + warmMs * WARM;
  for (let i = 0; i < WARM * 4 && (await cpuMs()) < enough; i++) await load.ask<LoadFigures>(String(warmMs));
}

/** One round: every request must be served and answered once. */
async function measureRound(
  { server, load }: Pair,
  { length = 1 }: Case,
  { effort }: Environment,
): Promise<Figures> {
  try {
    const before = await server.ask<Usage>('usage');
    const { answered, seconds } = await load.ask<LoadFigures>(String(effort.measureMs * length));
    const after = await server.ask<Usage>('usage');
    const served = after.served - before.served;
    if (served !== answered) throw new Error(`served ${served}, answered ${answered}`);
    const cpuMicroseconds = (after.cpuMicroseconds - before.cpuMicroseconds) / answered;
    return { perSecond: answered / seconds, cpuMicroseconds };
  } catch (error) {
    throw await reasonOf(error, server);
  }
}
