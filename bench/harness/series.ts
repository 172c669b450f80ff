/** Runs the cases: contenders in turn, A B A B, several times over, so that a slow minute hits all of them. */
import { contender, contendersOf, OURS, PYTHON } from './contenders.ts';
import { measureOnce } from './measure.ts';
import { measureServers } from './servers.ts';
import type { Case, Effort, Environment, Figures, Outcome, Results } from './types.ts';

/** A peer that no bound is set against is measured only once when a process of it needs longer than this. */
const SLOW_MS = 1500;

export const fullEffort: Effort = { repetitions: 3, warmMs: 300, measureMs: 200, starts: 7 };
/** For the Nodes that no bound is judged on. */
export const lesserEffort: Effort = { ...fullEffort, repetitions: 1 };
export const quickEffort: Effort = { repetitions: 1, warmMs: 200, measureMs: 100, starts: 5 };

/**
 * Measures all cases with one Node.
 * Python has nothing to do with the Node in use: it is measured in the first series, and `earlier` ones are taken over.
 */
export async function measureCases(
  cases: readonly Case[],
  environment: Environment,
  earlier: Results | undefined,
  say: (line: string) => void,
): Promise<Results> {
  const results: Record<string, Record<string, Outcome>> = {};
  for (const benchCase of cases) {
    say(`${environment.node.version}  ${benchCase.name}`);
    results[benchCase.name] = await measureCase(benchCase, environment, earlier?.[benchCase.name]?.[PYTHON]);
  }
  return results;
}

async function measureCase(benchCase: Case, environment: Environment, earlierPython: Outcome | undefined) {
  const outcomes: Record<string, Outcome> = {};
  const samples = new Map<string, Figures[]>();
  for (const id of contendersOf(benchCase)) {
    const known = id === PYTHON ? earlierPython : undefined;
    const reason = whyMissing(id, benchCase, environment);
    if (known) outcomes[id] = known;
    else if (reason) outcomes[id] = { missing: reason };
    else samples.set(id, []);
  }
  const active = new Set(samples.keys());
  if (benchCase.kind === 'server')
    return { ...outcomes, ...(await measureServers(benchCase, [...active], environment)) };
  const repetitions = Math.min(benchCase.repetitions ?? Infinity, environment.effort.repetitions);
  for (let i = 0; i < repetitions; i++) {
    for (const id of active) {
      const start = performance.now();
      try {
        samples.get(id)?.push(await measureOnce(benchCase, id, environment));
      } catch (error) {
        outcomes[id] = { missing: (error as Error).message };
        active.delete(id);
      }
      if (!matters(id, benchCase) && performance.now() - start > SLOW_MS) active.delete(id);
    }
  }
  for (const [id, taken] of samples) outcomes[id] ??= { samples: taken };
  return outcomes;
}

/** True for this library, and for a peer that a bound is set against. */
const matters = (id: string, { rows }: Case): boolean =>
  id === OURS || rows.some(({ bounds }) => bounds.some(({ against }) => against === id));

function whyMissing(id: string, benchCase: Case, { python, hasPeers }: Environment): string | undefined {
  if (id === PYTHON) return python ? undefined : 'no Python with gevent';
  return contender(id, benchCase).needsInstall && !hasPeers ? 'not installed' : undefined;
}
