/** Finds what the benches run on: the Nodes and Python gevent. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { node24, pythonScript } from './paths.ts';
import type { NodeRuntime, PythonRuntime } from './types.ts';

/** The Node that the bounds of the design are judged on. */
export const JUDGED_MAJOR = 24;

/** What a command prints, or undefined when it cannot run. */
export function answerOf(command: string, args: string[]): string | undefined {
  const { status, stdout } = spawnSync(command, args, { encoding: 'utf8', timeout: 20_000 });
  return status === 0 ? stdout.trim() : undefined;
}

function nodeAt(path: string): NodeRuntime {
  const version = path === process.execPath ? process.version : answerOf(path, ['--version']);
  if (!version?.startsWith('v')) throw new Error(`--node ${path}: cannot be run, or is not a Node`);
  return { path, version, major: Number.parseInt(version.slice(1), 10) };
}

/** The Nodes asked for, else the running one, with the installed Node 24 before it. */
export function findNodes(paths: readonly string[], say: (line: string) => void): NodeRuntime[] {
  if (paths.length > 0) return paths.map(nodeAt);
  const running = nodeAt(process.execPath);
  if (running.major === JUDGED_MAJOR) return [running];
  if (existsSync(node24)) return [nodeAt(node24), running];
  say(
    'Node 24 is not installed, so no bound is judged: `npm ci --prefix test/runtimes`, or give --node PATH',
  );
  return [running];
}

/** A Python that has gevent: $PYTHON, else that of the path, else that of the system. */
export function findPython(): PythonRuntime | undefined {
  for (const path of new Set([process.env['PYTHON'] ?? 'python3', '/usr/bin/python3'])) {
    const version = answerOf(path, [pythonScript, '--version']);
    if (version !== undefined) return { path, version };
  }
  return undefined;
}
