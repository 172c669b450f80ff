// What the README says of the project is what the project is: its commands, subpaths, dependencies, and the table of
// runtimes, which `UPDATE_README=1 npm test -- docs/readme` writes anew from test/runtimes.
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { readText, root } from '../support/repository.ts';

interface Limit {
  readonly runtime: string;
  readonly file: string;
  readonly test?: string;
  readonly reason: string;
}

interface Manifest {
  readonly exports: Record<string, unknown>;
  readonly dependencies?: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

const manifest = JSON.parse(readText('package.json')) as Manifest;

function runtimes(): { readonly name: string; readonly key: string }[] {
  const { optionalDependencies } = JSON.parse(readText('test/runtimes/package.json')) as {
    optionalDependencies: Record<string, string>;
  };
  const version = (key: string, parts: number): string =>
    optionalDependencies[key]?.replace(/^.*@/, '').split('.').slice(0, parts).join('.') ?? '?';
  return [
    { name: 'Node 20.19', key: 'node20' },
    ...['node22', 'node24', 'node26'].map((key) => ({ name: `Node ${version(key, 1)}`, key })),
    { name: `Bun ${version('bun', 2)}`, key: 'bun' },
    { name: `Deno ${version('deno', 2)}`, key: 'deno' },
  ];
}

/** What does not hold on a runtime: one entry for each reason, with the number of tests behind it. */
function missing(limits: readonly Limit[]): string {
  const counts = new Map<string, number>();
  for (const { reason } of limits) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  const texts = [...counts].map(
    ([reason, count]) => `${reason} (${count} ${count === 1 ? 'test' : 'tests'})`,
  );
  return texts.length === 0 ? 'nothing' : texts.join('<br>').replaceAll('|', '\\|');
}

function supportTable(): string {
  const limits = JSON.parse(readText('test/runtimes/support.json')) as Limit[];
  const rows = runtimes().map(({ name, key }) => {
    return `| ${name} | ${missing(limits.filter(({ runtime }) => runtime === key))} |`;
  });
  return ['| runtime | what does not hold |', '|---|---|', ...rows].join('\n');
}

test('the table of runtimes is that of test/runtimes/support.json', () => {
  const section = /(<!-- support: [^\n]* -->)\n*([^]*?)\n*(<!-- \/support -->)/;
  if (process.env['UPDATE_README'] === '1') {
    const updated = readText('README.md').replace(section, (_, begin: string, _old, end: string) => {
      return `${begin}\n\n${supportTable()}\n\n${end}`;
    });
    writeFileSync(join(root, 'README.md'), updated);
  }
  const table = section.exec(readText('README.md'))?.[2];
  assert.equal(table, supportTable(), 'UPDATE_README=1 npm test -- docs/readme writes it');
});

test('the README names the two commands', () => {
  const commands = [...readText('README.md').matchAll(/^ {4}(\S.*)$/gm)].map(([, command]) => command);
  assert.deepEqual(commands, ['npm ci && npm start', 'npm ci && npm test']);
});

test('every subpath has a row, which names only what it exports', async () => {
  const rows = [...readText('README.md').matchAll(/^\| `(gevent-ts[^`]*)` \| ([^|]*) \|/gm)];
  const subpaths = Object.keys(manifest.exports).filter((subpath) => subpath !== './package.json');
  assert.deepEqual(rows.map(([, name = '']) => name.replace('gevent-ts', '.')).sort(), subpaths.sort());
  for (const [, name = '', cell = ''] of rows) {
    const file = name === 'gevent-ts' ? 'index' : name.slice('gevent-ts/'.length);
    const exported = Object.keys((await import(join(root, `build/src/${file}.js`))) as object);
    const methods = ['map', 'imap', 'apply'];
    const named = [...cell.matchAll(/`([^`]+)`/g)].map(([, each = '']) => each);
    assert.deepEqual(
      named.filter((each) => !exported.includes(each) && !methods.includes(each)),
      [],
      name,
    );
  }
});

test('every development dependency has a row, and there are no others', () => {
  assert.deepEqual(Object.keys(manifest.dependencies ?? {}), []);
  const section = /^## Dependencies$[^]*?(?=^## |(?![^]))/m.exec(readText('README.md'))?.[0] ?? '';
  const rows = [...section.matchAll(/^\| (`[^|]*) \|/gm)].flatMap(
    ([, cell = '']) => cell.match(/[^`, ]+/g) ?? [],
  );
  assert.deepEqual(rows.sort(), Object.keys(manifest.devDependencies).sort());
});

test('every relative link of the README, the guide and the design leads to a file', () => {
  for (const path of ['README.md', 'docs/guide.md', 'docs/design.md', 'CONTRIBUTING.md', 'bench/README.md']) {
    for (const [, link = ''] of readText(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)) {
      assert.ok(existsSync(join(root, dirname(path), link)), `${path}: ${link}`);
    }
  }
});
