/** Measures one contender once in one case, in a fresh process, and checks that it did the work. */
import { spawnSync } from 'node:child_process';
import { contender, OURS, PYTHON } from './contenders.ts';
import { measureIdle } from './idle.ts';
import { measureImport } from './import-time.ts';
import { compareFolder, harnessScript, ownLibrary, pythonScript } from './paths.ts';
import { pinned } from './pin.ts';
import { expectedChecksum } from './plan.ts';

import type { Case, Environment, Figures, Measured, Task } from './types.ts';

const TIME_LIMIT_MS = 120_000;

/** Runs a command whose last line is a JSON measurement. */
function runChild(command: string, args: string[]): Measured {
  const { status, signal, stdout, stderr } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: TIME_LIMIT_MS,
  });
  const line = stdout.trim().split('\n').at(-1);
  if (status === 0 && line) return JSON.parse(line);
  throw new Error(/^.*error.*$/im.exec(stderr)?.[0].trim() ?? `ended with ${signal ?? status} and no answer`);
}

/** The figures of one run; an error says why there are none. */
export async function measureOnce(benchCase: Case, id: string, environment: Environment): Promise<Figures> {
  if (benchCase.kind === 'import') return importTime(benchCase, id, environment);
  if (benchCase.kind === 'idle') return await measureIdle(benchCase, id, environment);
  const { checksum, figures } = runContender(benchCase, id, environment);
  const expected = expectedChecksum(benchCase);
  if (checksum !== expected) throw new Error(`answered ${checksum} instead of ${expected}`);
  return figures;
}

function runContender(benchCase: Case, id: string, { node, python, cpus, effort }: Environment): Measured {
  const { name, kind, ops, nodeFlags = [] } = benchCase;
  const cpu = cpus.at(-1);
  if (id === PYTHON && python) {
    const task = JSON.stringify({ name, kind, ops, ...effort });
    return runChild(...pinned(cpu, python.path, [pythonScript, task]));
  }
  const { module, exported } = contender(id, benchCase);
  const task: Task = { name, kind, ops, module, exported, ...effort, cpu };
  return runChild(node.path, [...nodeFlags, harnessScript('child'), JSON.stringify(task)]);
}

function importTime(benchCase: Case, id: string, { node, cpus, effort }: Environment): Figures {
  const specifier = id === OURS ? ownLibrary : (contender(id, benchCase).packageName ?? id);
  return measureImport({
    node: node.path,
    cpu: cpus.at(-1),
    folder: compareFolder,
    specifier,
    starts: effort.starts,
  });
}
