// What the package exports: one entry file for each subpath, the names that test/exports.json pins, each with a
// doc comment. A name that comes or goes shows up in exports.json, and so in review;
// `UPDATE_EXPORTS=1 npm test -- test/exports` writes the file anew.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { filesBelow, readText, root } from './support/repository.ts';
import { codeOnly, resolveImport } from './support/source-text.ts';

interface Exported {
  /** Under which name the entry file exports it. */
  readonly name: string;
  readonly isType: boolean;
  /** Where it is declared, and under which name there. */
  readonly file: string;
  readonly local: string;
}

interface Manifest {
  readonly exports: Record<string, string | { readonly types: string; readonly default: string }>;
}

const { exports: subpaths } = JSON.parse(readText('package.json')) as Manifest;
const modules = Object.keys(subpaths).filter((subpath) => subpath !== './package.json');

function entryName(subpath: string): string {
  return subpath === '.' ? 'index' : subpath.slice(2);
}

/** The names in the braces of every `export { ... } from '...'` of a file. */
function reExports(file: string): Exported[] {
  const text = readText(file);
  const code = codeOnly(text);
  const found: Exported[] = [];
  for (const match of code.matchAll(/\bexport\s+(type\s+)?\{([^}]*)\}\s*from\s*(['"])( *)\3/g)) {
    const [whole, typeOnly, names = '', , blanks = ''] = match;
    const end = match.index + whole.length - 1;
    const target = resolveImport(file, text.slice(end - blanks.length, end));
    for (const part of names.split(',')) {
      const [, isType, local, name] = /^\s*(type\s+)?([\w$]+)(?:\s+as\s+([\w$]+))?\s*$/.exec(part) ?? [];
      if (local !== undefined) {
        found.push({
          name: name ?? local,
          isType: typeOnly !== undefined || isType !== undefined,
          file: target,
          local,
        });
      }
    }
  }
  return found;
}

/** Whether the declaration behind an export, through any number of re-exports, has a doc comment. */
function isDocumented({ file, local }: Exported): boolean {
  const text = readText(file);
  const declaration = new RegExp(
    `^export (?:declare )?(?:abstract )?(?:async )?(?:class|function\\*?|const|let|interface|type) ${local.replaceAll('$', '\\$')}(?![\\w$])`,
    'm',
  ).exec(codeOnly(text));
  if (declaration) return /\/\*\*(?:(?!\*\/)[^])*\*\/\s*$/.test(text.slice(0, declaration.index));
  const further = reExports(file).find(({ name }) => name === local);
  if (further) return isDocumented(further);
  // `export { x }` of something declared without the word.
  const plain = new RegExp(
    `^(?:abstract )?(?:async )?(?:class|function\\*?|const|let|interface|type) ${local}\\b`,
    'm',
  );
  const behind = plain.exec(codeOnly(text));
  return behind !== null && /\*\/\s*$/.test(text.slice(0, behind.index));
}

test('every subpath has its entry file, types first, and every entry file has its subpath', () => {
  for (const subpath of modules) {
    const name = entryName(subpath);
    assert.ok(existsSync(join(root, `src/${name}.ts`)), `src/${name}.ts is missing`);
    const conditions = subpaths[subpath];
    assert.deepEqual(conditions, { types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` });
    assert.deepEqual(Object.keys(conditions as object), ['types', 'default']);
  }
  const entries = filesBelow('src', (path) => path.split('/').length === 2);
  assert.deepEqual(entries, modules.map((subpath) => `src/${entryName(subpath)}.ts`).sort());
});

const pins: Record<string, string[]> = {};
for (const subpath of modules) {
  const name = entryName(subpath);
  const file = `src/${name}.ts`;
  const exported = existsSync(join(root, file)) ? reExports(file) : [];
  pins[subpath] = exported.map((item) => (item.isType ? `type ${item.name}` : item.name)).sort();

  test(`${file} exports what it lists and nothing else`, async () => {
    assert.ok(exported.length > 0, `${file} re-exports nothing`);
    const module = (await import(pathToFileURL(join(root, `build/src/${name}.js`)).href)) as object;
    const values = exported.filter(({ isType }) => !isType);
    assert.deepEqual(Object.keys(module).sort(), values.map((item) => item.name).sort());
  });

  test(`everything that ${file} exports has a doc comment`, () => {
    const bare = exported.filter((item) => !isDocumented(item));
    assert.deepEqual(
      bare.map((item) => `${item.name} (${item.file})`),
      [],
    );
  });
}

test('the exported names are those of test/exports.json', () => {
  const path = join(root, 'test/exports.json');
  if (process.env['UPDATE_EXPORTS'] === '1') writeFileSync(path, `${JSON.stringify(pins, null, 2)}\n`);
  assert.ok(
    existsSync(path),
    'test/exports.json is missing: UPDATE_EXPORTS=1 npm test -- test/exports writes it',
  );
  assert.deepEqual(pins, JSON.parse(readText('test/exports.json')));
});
