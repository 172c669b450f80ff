// src, test, bench and examples into build/, all in one program, incrementally.
// build/ is a package called gevent-ts as well: what imports the library by name there gets build/src.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { binary, readJson, root, run } from './tree.mjs';

/** Compiles; answers the compiler's exit status. */
export function compile() {
  const status = run(binary('tsc'), ['-p', 'tsconfig.json']);
  const { name, version, exports } = readJson('package.json');
  const mapped = Object.keys(exports)
    .filter((subpath) => subpath !== './package.json')
    .map((subpath) => [subpath, `./src/${subpath === '.' ? 'index' : subpath.slice(2)}.js`]);
  mkdirSync(join(root, 'build'), { recursive: true });
  const manifest = { name, version, private: true, type: 'module', exports: Object.fromEntries(mapped) };
  writeFileSync(join(root, 'build', 'package.json'), `${JSON.stringify(manifest, null, 2)}\n`);
  return status;
}
