/** Places of the repository, seen from the compiled harness (build/bench/harness). */
import { fileURLToPath } from 'node:url';

const ROOT = new URL('../../../', import.meta.url);

const inRoot = (path: string): string => fileURLToPath(new URL(path, ROOT));

export const compareFolder: string = inRoot('bench/compare/');
export const pythonScript: string = inRoot('bench/compare/python_gevent.py');
export const node24: string = inRoot('test/runtimes/node_modules/node24/bin/node');

/** A script of the harness, to run in a process of its own. */
export const harnessScript = (name: string): string => fileURLToPath(new URL(`${name}.js`, import.meta.url));

/** URL of a compiled bench of ours, and of the compiled library. */
export const ownBench = (module: string): string => new URL(`../${module}.bench.js`, import.meta.url).href;
export const ownLibrary: string = new URL('../../src/index.js', import.meta.url).href;

/** URL of a peer's module. */
export const peerBench = (file: string): string => new URL(`bench/compare/${file}`, ROOT).href;
