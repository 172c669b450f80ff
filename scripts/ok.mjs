// npm run ok [-- --ci]: everything a change has to pass, one gate after the other; all of them run even if one
// fails. With --ci also what takes longer: the main job and the tests on the other runtimes.
// A gate that counts its tests ends with a line `N passed, N failed`; any other counts as one.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './lib/tree.mjs';

/** @typedef {{ title: string, script: string, ci?: boolean }} Gate */

/** @type {Gate[]} */
const gates = [
  // Architecture and exports are test files: test/architecture.test.ts, test/exports.test.ts.
  { title: 'tests, architecture, exports', script: 'test' },
  { title: 'format', script: 'format:check' },
  { title: 'lint', script: 'lint' },
  { title: 'types', script: 'types' },
  { title: 'unused code and dependencies', script: 'knip' },
  { title: 'the packed tarball', script: 'test:package' },
  { title: 'memory and fuzz at full size', script: 'test:full', ci: true },
  { title: 'the main job', script: 'start', ci: true },
  { title: 'other runtimes', script: 'test:runtimes', ci: true },
];

const ci = process.argv.includes('--ci');
let passed = 0;
let failed = 0;
/** @type {string[]} */
const lines = [];

if (ci) add('the README names both commands', readmeNamesCommands() ? 0 : 1, '', 0);
for (const { title, script, ci: onlyCi = false } of gates) {
  if (onlyCi && !ci) continue;
  console.log(`\n== ${title} (npm ${script === 'test' || script === 'start' ? script : `run ${script}`})`);
  const begun = performance.now();
  const { status, output } = await npm(script);
  add(title, status, output, (performance.now() - begun) / 1000);
}

console.log(`\n${lines.join('\n')}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** @param {string} title @param {number} status @param {string} output @param {number} seconds */
function add(title, status, output, seconds) {
  const last = output.trimEnd().split('\n').at(-1) ?? '';
  const total = /^(\d+) passed, (\d+) failed$/.exec(last);
  const good = total ? Number(total[1]) : Number(status === 0);
  // A gate that counts and still ends badly has failed at least once.
  const bad = total ? Math.max(Number(total[2]), Number(status !== 0)) : Number(status !== 0);
  passed += good;
  failed += bad;
  const counted = total ? `  ${good} passed, ${bad} failed` : '';
  lines.push(`${bad === 0 ? 'ok  ' : 'FAIL'} ${title}${counted}  ${seconds.toFixed(1)} s`);
}

function readmeNamesCommands() {
  const path = join(root, 'README.md');
  const text = existsSync(path) ? readFileSync(path, 'utf8') : '';
  return ['npm ci && npm start', 'npm ci && npm test'].every((command) => text.includes(command));
}

/** @param {string} script @returns {Promise<{ status: number, output: string }>} */
function npm(script) {
  return new Promise((resolve, reject) => {
    const child = spawn('npm', ['run', '--silent', script], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      shell: process.platform === 'win32',
    });
    let output = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      output = (output + chunk.toString()).slice(-10_000);
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ status: code ?? 1, output }));
  });
}
