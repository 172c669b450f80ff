// npm test [-- FILTER ...] [--jobs N] [--no-build] [--full]
// --full: memory and fuzz at full size: a million parked, ten millions in sequence, thousands of seeds.
// Compiles, then runs the test files whose path holds one of the filters, each in a process of its own.
import { parseArgs } from 'node:util';
import { compile } from './lib/compile.mjs';
import { count, findTests, indent, runTests } from './lib/test-files.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    jobs: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
    full: { type: 'boolean', default: false },
  },
});

if (values.full) process.env['GEVENT_TEST_FULL'] = '1';

let passed = 0;
let failed = 0;
let skipped = 0;

const files = findTests(positionals);
if (files.length === 0) {
  console.error(`No test file matches ${positionals.join(' ')}`);
  failed += 1;
} else if (!values['no-build'] && compile() !== 0) {
  console.error('The sources do not compile; no test was run.');
  failed += 1;
} else {
  const jobs = values.jobs === undefined ? undefined : Number(values.jobs);
  await runTests({ kind: 'node', path: process.execPath }, files, report, jobs);
}

if (skipped > 0) console.log(`${skipped} skipped`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** @param {import('./lib/test-files.mjs').FileResult} result */
function report({ file, results, output, seconds }) {
  const bad = results.filter((result) => result.outcome === 'fail');
  passed += count(results, 'pass');
  skipped += count(results, 'skip');
  failed += bad.length;
  const verdict = bad.length === 0 ? 'ok  ' : 'FAIL';
  console.log(
    `${verdict} ${file}  ${count(results, 'pass')} passed${failures(bad)}  ${seconds.toFixed(1)} s`,
  );
  for (const { name, detail } of bad) console.log(`  x ${name}\n${indent(detail)}`);
  if (bad.length > 0 && output.trim() !== '') console.log(`  output:\n${indent(output.trimEnd())}`);
}

/** @param {unknown[]} bad */
function failures(bad) {
  return bad.length === 0 ? '' : `, ${bad.length} failed`;
}
