// npm run test:runtimes [-- RUNTIME ...] [--files FILTER] [--no-build] [--jobs N]
// The library's compiled tests on every other Node, and the kernel's on Bun and Deno, from the binaries that
// test/runtimes/package.json names.
// As many files at a time as there are processors, unless --jobs says otherwise.
//
// support.json lists what cannot hold somewhere: [{ "runtime": "bun", "file": "test/core/x.test.ts",
// "test": "group > name", "reason": "..." }]. Without "test" the file as a whole cannot run there. A listed test
// has to fail: once it passes, the entry is out of date and counts as a failure, and so does an entry whose test
// is not there any more.
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { compile } from '../../scripts/lib/compile.mjs';
import { ensureInstalled } from '../../scripts/lib/install.mjs';
import { count, findTests, indent, runTests } from '../../scripts/lib/test-files.mjs';
import { readJson, root } from '../../scripts/lib/tree.mjs';

/** @typedef {{ runtime: string, file: string, test?: string, reason: string }} Limit */
/** @typedef {{ passed: number, failed: number, skipped: number, limited: number }} Tally */

// Tests of the repository itself, its documents and types, and of the examples, which are Node programs.
const NOT_KERNEL =
  /^test\/([^/]+\.test\.ts$|clients\/|programs\/network|docs\/|examples\/|package\/|runtimes\/|types\/)/;

// The network stands on Node's own net, tls, dgram, dns and http: Bun and Deno are not asked to have them alike. For the
// time that it takes, it is run on the oldest Node, which the tests run on first, and here on the one that speed is judged on.
const NETWORK_ON = ['node24'];
const NETWORK = /^test\/(inet|dns|io|tls|net|http|observe)/;

/** Files that Bun and Deno are not asked to run, and what they are about. @type {Record<string, string>} */
const NODE_ONLY = {
  'test/programs/unhandled-rejections.test.ts': 'the --unhandled-rejections option of Node',
};

const { platform, arch } = process;
/** @type {Record<string, { kind: 'node' | 'bun' | 'deno', candidates: string[] }>} */
const runtimes = {
  node22: { kind: 'node', candidates: nodes('node22') },
  node24: { kind: 'node', candidates: nodes('node24') },
  node26: { kind: 'node', candidates: nodes('node26') },
  // The platform's own package; where install scripts ran, they have moved the binary.
  bun: {
    kind: 'bun',
    candidates: [`@oven/bun-${platform}-${arch === 'arm64' ? 'aarch64' : arch}/bin/bun`, 'bun/bin/bun.exe'],
  },
  deno: {
    kind: 'deno',
    candidates: [`@deno/${platform}-${arch}${platform === 'linux' ? '-glibc' : ''}/deno`, 'deno/deno'],
  },
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    files: { type: 'string', multiple: true },
    jobs: { type: 'string' },
    'no-build': { type: 'boolean', default: false },
  },
});

/** @type {Limit[]} */
const support = readJson('test/runtimes/support.json');
const files = findTests(values.files).filter((file) => !NOT_KERNEL.test(file));
const chosen = positionals.length === 0 ? Object.keys(runtimes) : positionals;
const total = { passed: 0, failed: 0 };

const strays = Object.keys(NODE_ONLY).filter((file) => !findTests().includes(file));
const unknown = [...chosen, ...support.map(({ runtime }) => runtime)].filter((name) => !(name in runtimes));
if (unknown.length > 0) {
  give(`There is no runtime ${unknown.join(', ')}: ${Object.keys(runtimes).join(', ')}`);
} else if (support.some(({ reason }) => typeof reason !== 'string' || reason.length < 10)) {
  give('Every entry of support.json says why: { runtime, file, test, reason }');
} else if (strays.length > 0) {
  give(`NODE_ONLY names ${strays.join(', ')}, which is no test file`);
} else if (files.length === 0) {
  give('No test file matches');
} else if (!values['no-build'] && compile() !== 0) {
  give('The sources do not compile; no test was run.');
} else {
  ensureInstalled('test/runtimes');
  for (const name of chosen) {
    const tally = await tryRuntime(name);
    total.passed += tally.passed;
    total.failed += tally.failed;
  }
}
console.log(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

/** Plain `node24` is the binary for Linux on x64; the other platforms' have longer names. @param {string} name */
function nodes(name) {
  const own = platform === 'linux' && arch === 'x64' ? name : `${name}-${platform}-${arch}`;
  return [`${own}/bin/node`];
}

/** @param {string} message */
function give(message) {
  console.error(message);
  total.failed += 1;
}

/** @param {string} name @returns {Promise<Tally>} */
async function tryRuntime(name) {
  const { kind, candidates } = runtimes[name];
  const path = candidates
    .map((candidate) => join(root, 'test/runtimes/node_modules', candidate))
    .find((candidate) => existsSync(candidate));
  if (path === undefined) {
    console.log(`${name}: no binary for ${platform}-${arch} among ${candidates.join(', ')}`);
    return { passed: 0, failed: 1, skipped: 0, limited: 0 };
  }
  const version = /\d+\.\d+\.\d+\S*/.exec(execFileSync(path, ['--version'], { encoding: 'utf8' }))?.[0];
  const isLeftOut = (/** @type {string} */ file) =>
    (kind !== 'node' && file in NODE_ONLY) || (!NETWORK_ON.includes(name) && NETWORK.test(file));
  const leftOut = files.filter(isLeftOut);
  const network = leftOut.filter((file) => NETWORK.test(file));
  const own = files.filter((file) => !leftOut.includes(file));
  const limits = support.filter((limit) => limit.runtime === name && own.includes(limit.file));
  const missing = values.files
    ? []
    : support.filter((limit) => limit.runtime === name && !limits.includes(limit));
  /** @type {Tally} */
  const tally = { passed: 0, failed: 0, skipped: 0, limited: 0 };
  const begun = performance.now();
  const jobs = values.jobs === undefined ? availableParallelism() : Number(values.jobs);
  await runTests({ kind, path }, own, (result) => judge(name, result, limits, tally), jobs);
  for (const { file } of missing) {
    console.log(
      `  x ${name}: support.json names ${file}, which is no test file of the kernel, or is left out there`,
    );
    tally.failed += 1;
  }
  const { passed, failed, skipped, limited } = tally;
  const extra = [
    skipped > 0 ? `, ${skipped} skipped` : '',
    limited > 0 ? `, ${limited} not supported` : '',
    network.length > 0 ? `, without the ${network.length} files of the network` : '',
    ...leftOut.filter((file) => file in NODE_ONLY).map((file) => `, without ${file} (${NODE_ONLY[file]})`),
  ].join('');
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${name} (${version}): ${passed} passed, ${failed} failed${extra}  ${seconds} s`);
  return tally;
}

/**
 * Sorts the results of one file into the tally, given what may fail here.
 *
 * @param {string} name
 * @param {import('../../scripts/lib/test-files.mjs').FileResult} result
 * @param {Limit[]} limits
 * @param {Tally} tally
 */
function judge(name, { file, results, output }, limits, tally) {
  const here = limits.filter((limit) => limit.file === file);
  const bad = results.filter((result) => result.outcome === 'fail');
  if (here.some((limit) => limit.test === undefined)) {
    if (bad.length > 0) tally.limited += 1;
    else fail(file, 'holds here now: take it out of support.json');
    return;
  }
  tally.passed += count(results, 'pass');
  tally.skipped += count(results, 'skip');
  for (const { test } of here) {
    const found = results.filter((result) => result.name === test);
    if (found.length === 0) {
      fail(`${file} > ${test}`, 'is in support.json, and there is no test of that name');
    } else if (found.every((result) => result.outcome !== 'fail')) {
      // It was counted as passed above, which it may not be: the entry is what is wrong.
      tally.passed -= count(found, 'pass');
      fail(`${file} > ${test}`, 'holds here now: take it out of support.json');
    } else {
      tally.limited += 1;
    }
  }
  const unexpected = bad.filter((result) => !here.some((limit) => limit.test === result.name));
  for (const { name: test, detail } of unexpected) fail(`${file} > ${test}`, detail);
  if (unexpected.length > 0 && output.trim() !== '')
    console.log(`    output:\n${indent(output.trimEnd(), '      ')}`);

  /** @param {string} what @param {string} why */
  function fail(what, why) {
    tally.failed += 1;
    console.log(`  x ${name}: ${what}\n${indent(why, '      ')}`);
  }
}
