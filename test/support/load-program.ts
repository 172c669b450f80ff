// Programs that measure what a load leaves: run as processes of their own, which may have many files open. The last
// line that they print is what they found, as JSON.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Footprint } from './footprint.ts';

/** True when the loads have the size that the documentation promises; else they take a few seconds. */
export const isFull: boolean = process.env['GEVENT_TEST_FULL'] === '1';

/** Raises the limit of open files where that is allowed, then becomes what it is given. */
const WITH_MANY_FILES = 'ulimit -n 65000 2>/dev/null; exec "$@"';

/** What a process needs beside its connections. */
const OTHER_FILES = 100;

/** How many descriptors a program may hold; infinite where nobody can tell. */
export function manyFiles(): number {
  const { stdout } = spawnSync('sh', ['-c', WITH_MANY_FILES, 'sh', 'sh', '-c', 'ulimit -Hn'], {
    encoding: 'utf8',
  });
  const limit = Number.parseInt(stdout, 10);
  return Number.isNaN(limit) ? Infinity : limit - OTHER_FILES;
}

/** Runs the program `test/programs/NAME.ts` to its end, and answers what it measured. It must not complain. */
export async function runLoad<T>(
  name: string,
  args: readonly (string | number)[],
  { seconds = 60 }: { readonly seconds?: number } = {},
): Promise<T> {
  const program = fileURLToPath(new URL(`../programs/${name}.js`, import.meta.url));
  const command = [process.execPath, '--enable-source-maps', '--expose-gc', program, ...args.map(String)];
  const child = spawn('sh', ['-c', WITH_MANY_FILES, 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined },
  });
  const limit = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (...ended) => resolve(ended));
  });
  clearTimeout(limit);
  assert.deepEqual([code, signal, stderr], [0, null, ''], `${name} ${args.join(' ')} said:\n${stdout}`);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as T;
}

/** Fails unless everything that is counted is as it was, and memory as it was but for so many bytes. */
export function assertAsBefore(before: Footprint, after: Footprint, allowance: number): void {
  assert.deepEqual(counted(after), counted(before));
  const growth = after.heap + after.external - before.heap - before.external;
  assert.ok(growth < allowance, `the heap grew by ${growth}`);
}

function counted({ heap: _heap, external: _external, rss: _rss, ...counts }: Footprint): object {
  return counts;
}

/** Prints what was measured, for whoever reads the output of the tests. */
export function report(text: string): void {
  console.log(`measured: ${text}`);
}
