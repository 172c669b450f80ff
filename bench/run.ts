/** The runner of the benchmarks: see README.md beside this file, or `npm run bench -- --help`. */
import { writeFileSync } from 'node:fs';
import { cpus as processors } from 'node:os';
import { OURS } from './harness/contenders.ts';
import { parseOptions, usage } from './harness/options.ts';
import { withinOpenFiles } from './harness/open-files.ts';
import { installPeers } from './harness/peers.ts';
import { findCpus } from './harness/pin.ts';
import { allCases } from './harness/plan.ts';
import { findNodes, findPython, JUDGED_MAJOR } from './harness/runtimes.ts';
import { fullEffort, lesserEffort, measureCases, quickEffort } from './harness/series.ts';
import { gaps, table, verdict } from './harness/table.ts';
import type { Case, NodeRuntime, PythonRuntime, Run } from './harness/types.ts';

const say = (line: string): void => void process.stderr.write(`${line}\n`);

function chosenCases(names: readonly string[]): readonly Case[] {
  if (names.length === 0) return allCases;
  const chosen = allCases.filter(({ name }) => names.some((part) => name.includes(part)));
  if (chosen.length === 0) throw new Error(`--only ${names.join(' ')}: no such case; --list shows them`);
  return chosen;
}

/** Measures the cases with each Node; the one that bounds are judged on, or the only one, most thoroughly. */
async function measureAll(
  cases: readonly Case[],
  nodes: readonly NodeRuntime[],
  python: PythonRuntime | undefined,
  quick: boolean,
): Promise<Run[]> {
  const hasPeers = installPeers(say);
  const cpus = findCpus();
  const runs: Run[] = [];
  for (const node of nodes) {
    const thorough = node.major === JUDGED_MAJOR || nodes.length === 1 ? fullEffort : lesserEffort;
    const environment = { node, python, cpus, hasPeers, effort: quick ? quickEffort : thorough };
    runs.push({ node, results: await measureCases(cases, environment, runs[0]?.results, say) });
  }
  return runs;
}

const isOursMissing = ({ results }: Run): boolean =>
  Object.values(results).some((outcomes) => 'missing' in (outcomes[OURS] ?? {}));

async function main(): Promise<void> {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return console.log(usage);
  if (options.list)
    return console.log(allCases.map(({ name, title }) => `${name.padEnd(20)} ${title}`).join('\n'));

  const cases = withinOpenFiles(chosenCases(options.only), say);
  const nodes = findNodes(options.node, say);
  const python = findPython();
  if (!python) say('Python gevent skipped: no python3 with gevent (Debian: python3-gevent)');

  const start = performance.now();
  const runs = await measureAll(cases, nodes, python, options.quick);
  const seconds = Math.round((performance.now() - start) / 1e3);

  const judge = runs.find(({ node }) => node.major === JUDGED_MAJOR);
  const gevent = python ? `, Python gevent ${python.version}` : '';
  const machine = `${processors()[0]?.model ?? 'unknown processor'}${gevent}; measured in ${seconds} s`;
  console.log(
    [table(cases, runs, judge), '', ...gaps(cases, runs), ...verdict(cases, judge), machine].join('\n'),
  );
  if (options.json)
    writeFileSync(options.json, `${JSON.stringify({ machine, python, runs }, undefined, 2)}\n`);
  if (runs.some(isOursMissing)) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  say(`bench: ${(error as Error).message}`);
  process.exitCode = 2;
}
