// Runs compiled test files, each in a process of its own, on any of the runtimes, and says what came of each
// test. A file that crashes, hangs or holds no test is a failure with the name "(file)".
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readJunit } from './junit.mjs';
import { filesIn, root } from './tree.mjs';

/** @typedef {import('./junit.mjs').TestResult} TestResult */
/** @typedef {{ kind: 'node' | 'bun' | 'deno', path: string }} Runtime */
/** @typedef {{ file: string, results: TestResult[], output: string, seconds: number }} FileResult */

const FILE_LIMIT_SECONDS = 300;

/**
 * The test files whose path holds one of the filters (all of them without any).
 *
 * @param {string[]} [filters]
 */
export function findTests(filters = []) {
  return filesIn('test', '.test.ts').filter(
    (file) => filters.length === 0 || filters.some((filter) => file.includes(filter)),
  );
}

/** @param {Runtime} runtime @param {string} script @param {string} report @returns {string[]} */
function commandLine({ kind }, script, report) {
  switch (kind) {
    case 'node': {
      const reporter = pathToFileURL(join(root, 'scripts', 'test-reporter.mjs')).href;
      return [
        '--enable-source-maps',
        '--expose-gc',
        `--test-reporter=${reporter}`,
        `--test-reporter-destination=${report}`,
        script,
      ];
    }
    case 'bun':
      return ['test', '--timeout=300000', '--reporter=junit', `--reporter-outfile=${report}`, `./${script}`];
    case 'deno':
      return [
        'test',
        '-A',
        '--no-check',
        '--no-lock',
        '--v8-flags=--expose-gc',
        `--junit-path=${report}`,
        script,
      ];
  }
}

/** @param {Runtime} runtime @param {string} report @returns {TestResult[]} */
function readReport({ kind }, report) {
  let text = '';
  try {
    text = readFileSync(report, 'utf8');
  } catch {
    return [];
  }
  if (kind !== 'node') return readJunit(text);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

/**
 * @param {Runtime} runtime
 * @param {string} file
 * @returns {Promise<FileResult>}
 */
function runFile(runtime, file) {
  const scratch = mkdtempSync(join(tmpdir(), 'gevent-ts-test-'));
  const report = join(scratch, 'report');
  const script = `build/${file.replace(/\.ts$/, '.js')}`;
  const begun = performance.now();
  return new Promise((resolve) => {
    const env = { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined };
    const child = spawn(runtime.path, commandLine(runtime, script, report), {
      cwd: root,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    let trouble = '';
    const limit = setTimeout(() => {
      trouble = `no end after ${FILE_LIMIT_SECONDS} s`;
      child.kill('SIGKILL');
    }, FILE_LIMIT_SECONDS * 1000);
    const collect = (/** @type {Buffer} */ chunk) => {
      if (output.length < 1_000_000) output += chunk.toString();
    };
    child.stdout.on('data', collect);
    child.stderr.on('data', collect);
    child.on('error', (error) => (trouble = String(error)));
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      const results = readReport(runtime, report);
      rmSync(scratch, { recursive: true, force: true });
      const failed = results.some((result) => result.outcome === 'fail');
      if (trouble === '' && code !== 0 && !failed) trouble = `ended with ${signal ?? `status ${code}`}`;
      if (trouble === '' && results.length === 0) trouble = 'holds no test';
      if (trouble !== '') results.push({ name: '(file)', outcome: 'fail', detail: trouble });
      resolve({ file, results, output, seconds: (performance.now() - begun) / 1000 });
    });
  });
}

/**
 * Runs `files` on `runtime`, some at a time, and hands each result on as it comes.
 *
 * @param {Runtime} runtime
 * @param {string[]} files
 * @param {(result: FileResult) => void} onResult
 * @param {number} [jobs]
 */
export async function runTests(runtime, files, onResult, jobs = Math.max(1, availableParallelism() - 1)) {
  const waiting = [...files];
  const work = async () => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      onResult(await runFile(runtime, file));
    }
  };
  await Promise.all(Array.from({ length: Math.min(jobs, files.length) }, work));
}

/** @param {TestResult[]} results @param {TestResult['outcome']} outcome */
export function count(results, outcome) {
  return results.filter((result) => result.outcome === outcome).length;
}

/** @param {string} text */
export function indent(text, by = '    ') {
  return text.replace(/^(?=.)/gm, by);
}
