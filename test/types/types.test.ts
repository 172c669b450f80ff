// The programs beside this file are compiled with everything else: what they say compiles, does, and what stands behind
// `@ts-expect-error` does not. Here it is shown that those lines are really looked at: without the marks, the compiler
// finds an error at each of them, and nowhere else.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { test } from 'node:test';
import { filesBelow, readText, root } from '../support/repository.ts';

const MARK = '// @ts-expect-error';
const programs = filesBelow('test/types', (path) => path.endsWith('.ts') && !path.endsWith('.test.ts'));

/** `file:line` of each line that must not compile. */
function expectedErrors(path: string): string[] {
  const lines = readText(path).split('\n');
  return lines.flatMap((line, index) =>
    line.trim().startsWith(MARK) ? [`${basename(path)}:${index + 2}`] : [],
  );
}

/** `file:line` of each error that the compiler finds in the programs without their marks. */
function errorsWithoutMarks(): string[] {
  // As deep below the root as test/types, so that the imports hold.
  const folder = join(root, 'build/types-unmarked');
  mkdirSync(folder, { recursive: true });
  try {
    const tsconfig = {
      extends: '../../tsconfig.json',
      compilerOptions: { noEmit: true, incremental: false, tsBuildInfoFile: null, rootDir: '../..' },
      include: ['*.ts'],
      exclude: [],
    };
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig));
    for (const path of programs) {
      writeFileSync(join(folder, basename(path)), readText(path).replaceAll(MARK, '// unmarked:'));
    }
    const tsc = join(root, 'node_modules/typescript/lib/tsc.js');
    const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
      cwd: root,
      encoding: 'utf8',
    });
    const found = [...stdout.matchAll(/^(.+)\((\d+),\d+\): error/gm)].map(
      ([, file = '', line]) => `${basename(file)}:${line}`,
    );
    return [...new Set(found)];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('each program of test/types imports the sources and is compiled by the normal build', () => {
  assert.ok(programs.length > 2);
  const { include } = JSON.parse(readText('tsconfig.json').replace(/^\s*\/\/.*$/gm, '')) as {
    include: string[];
  };
  assert.ok(include.includes('test/**/*.ts'), 'tsconfig.json leaves the tests out');
  const emitted = filesBelow('build/test/types', () => true);
  for (const path of programs) assert.ok(emitted.includes(`build/${path.replace(/\.ts$/, '.js')}`), path);
});

test('every line marked with @ts-expect-error holds an error, and no other line does', () => {
  const expected = programs.flatMap(expectedErrors).sort();
  assert.ok(expected.length > 50, `${expected.length} lines`);
  assert.deepEqual(errorsWithoutMarks().sort(), expected);
});
