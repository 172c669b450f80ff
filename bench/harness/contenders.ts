/** Who takes part, and where their benches are. */
import { ownBench, peerBench } from './paths.ts';
import type { Case } from './types.ts';

export const OURS = 'ours';
export const PYTHON = 'python';

interface Contender {
  /** URL of the module with the benches by case name, and the name it exports them under. */
  readonly module: string;
  readonly exported: string;
  /** True when it needs the packages of bench/compare. */
  readonly needsInstall: boolean;
  /** What an import case imports. */
  readonly packageName?: string;
}

const builtin = (file: string): Contender => ({
  module: peerBench(file),
  exported: 'benches',
  needsInstall: false,
});
const installed = (file: string, exported: string, packageName: string): Contender => ({
  module: peerBench(file),
  exported,
  needsInstall: true,
  packageName,
});

const peers: Readonly<Record<string, Contender>> = {
  bare: builtin('bare.mjs'),
  immediate: builtin('immediate.mjs'),
  node: builtin('node-servers.mjs'),
  effect: installed('effect.mjs', 'benches', 'effect'),
  effection: installed('effection.mjs', 'benches', 'effection'),
  fastify: installed('fastify.mjs', 'benches', 'fastify'),
  hono: installed('hono.mjs', 'benches', '@hono/node-server'),
  asyncSema: installed('limiters.mjs', 'asyncSema', 'async-sema'),
  pMap: installed('limiters.mjs', 'pMap', 'p-map'),
  pLimit: installed('limiters.mjs', 'pLimit', 'p-limit'),
  pQueue: installed('limiters.mjs', 'pQueue', 'p-queue'),
};

/** This library or a JavaScript peer in a case. */
export function contender(id: string, benchCase: Case): Contender {
  if (id === OURS) {
    const module = ownBench(benchCase.module ?? benchCase.name);
    return { module, exported: 'benches', needsInstall: false };
  }
  const peer = peers[id];
  if (peer === undefined) throw new Error(`no such contender: ${id}`);
  return peer;
}

/** A case's contenders in the order of its rows, this library first. */
export const contendersOf = (benchCase: Case): string[] => [OURS, ...Object.keys(benchCase.peers)];
