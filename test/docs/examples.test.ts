// Every `@example` of the doc comments compiles against the sources. One that needs nothing but the library also runs,
// to a good end; for the others, `AMBIENT` says of what kind the names are that they take from their surroundings.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { compileBlocks, runBlock } from '../support/blocks.ts';
import { filesBelow, readText, root } from '../support/repository.ts';

const FOLDER = 'doc-examples';

/** Names that examples take from the program around them. */
const AMBIENT: Readonly<Record<string, string>> = {
  app: 'const app: import("node:http").RequestListener',
  application: 'const application: import("gevent-ts/pywsgi").WSGIApplication',
  environ: 'const environ: import("gevent-ts/pywsgi").Environ',
  a: 'const a: import("gevent-ts").Greenlet',
  assert: 'const assert: typeof import("node:assert/strict")',
  b: 'const b: import("gevent-ts").Greenlet',
  c: 'const c: import("gevent-ts").Greenlet',
  client: 'const client: import("gevent-ts/socket").Socket',
  counter: 'let counter: number',
  db: 'const db: { query(text: string): Promise<unknown> }',
  download: 'function download(url: string): Promise<string>',
  file: 'const file: string',
  g: 'const g: import("gevent-ts").Greenlet',
  handle: 'function handle(client: import("gevent-ts/socket").Socket): Promise<void>',
  heartbeat: 'function heartbeat(): Promise<void>',
  lock: 'const lock: import("gevent-ts/lock").Semaphore',
  logger: 'const logger: Console',
  next: 'function next(): Promise<number>',
  pool: 'const pool: import("gevent-ts/pool").Pool & { connect(): Promise<{ release(): void }> }',
  readLoop: 'function readLoop(socket: object): Promise<void>',
  saveToDisk: 'function saveToDisk(state: object): Promise<void>',
  socket: 'const socket: object',
  state: 'const state: object',
  Stock: 'class Stock { constructor(count: number); count: number; take(): Promise<void> }',
  upload: 'function upload(file: string): Promise<void>',
  url: 'const url: string',
  urls: 'const urls: string[]',
  writeLoop: 'function writeLoop(socket: object): Promise<void>',
  sock: 'const sock: import("gevent-ts/socket").Socket',
  users: 'const users: Set<string>',
};

interface Example {
  readonly place: string;
  readonly code: string;
  /** Names of AMBIENT that it uses. */
  readonly needs: readonly string[];
}

/** Which subpath exports a name. */
async function exporters(): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  // The main entry last: what it exports too is imported from there.
  const entries = filesBelow('src', (path) => path.split('/').length === 2).sort(
    (x, y) => Number(x > 'src/index') - Number(y > 'src/index'),
  );
  for (const entry of [...entries.filter((each) => each !== 'src/index.ts'), 'src/index.ts']) {
    const name = entry.slice('src/'.length, -'.ts'.length);
    const url = pathToFileURL(join(root, `build/src/${name}.js`)).href;
    for (const each of Object.keys((await import(url)) as object))
      found.set(each, name === 'index' ? 'gevent-ts' : `gevent-ts/${name}`);
  }
  return found;
}

/** Words of a program that it does not declare itself, outside of texts and comments. */
function freeWords(code: string): string[] {
  const bare = code.replace(/'[^']*'|\/\/.*$/gm, '').replace(/\.\s*\w+/g, '');
  const declared = new Set(
    [...bare.matchAll(/\b(?:const|let|class|function)\s+(\w+)/g)].map(([, name]) => name),
  );
  // Parameters of arrow functions and keys of object literals.
  for (const [, list = ''] of bare.matchAll(/\(([^()]*)\)\s*=>/g))
    for (const [name] of list.matchAll(/\b\w+\b/g)) declared.add(name);
  return [...new Set(bare.match(/\b[A-Za-z_]\w*\b(?!\s*:)/g))].filter((word) => !declared.has(word));
}

function examplesOf(path: string): Example[] {
  const text = readText(path);
  return [...text.matchAll(/\/\*\*(?:(?!\*\/)[^])*?\*\//g)].flatMap((comment) =>
    [...comment[0].matchAll(/@example\n([^]*?)(?=\n\s*\* @\w|\n?\s*\*\/)/g)].map((match) => {
      const code = (match[1] ?? '').replace(/^\s*\* ?/gm, '');
      const needs = freeWords(code).filter((word) => Object.hasOwn(AMBIENT, word));
      return {
        place: `${path}:${text.slice(0, comment.index + match.index).split('\n').length}`,
        code,
        needs,
      };
    }),
  );
}

/** Programs that serve until they are stopped, or talk to somebody who is not there: they compile, and are not run. */
const ENDLESS =
  /serveForever\(|process\.stdin|fromFd\(|\.start\(\)|\.accept\(\)|\bexample\.(com|org)\b|\b127\.0\.0\.1', [1-9]|'localhost', 8080/;

const homes = await exporters();

function program({ code }: Example): string {
  const imports = freeWords(code).filter((word) => homes.has(word));
  return `${imports.map((name) => `import { ${name} } from '${homes.get(name)}';`).join('\n')}\n${code}\nexport {};\n`;
}

const examples = filesBelow('src', () => true).flatMap(examplesOf);
const programs = new Map(examples.map((example, index) => [`example${index}`, program(example)]));
const ambient = Object.values(AMBIENT).join(';\n');
const complaints = compileBlocks(FOLDER, programs, ambient);

test('there are examples, and each name that they are lent is used', () => {
  assert.ok(examples.length >= 20, `${examples.length} examples`);
  const used = new Set(examples.flatMap(({ needs }) => needs));
  assert.deepEqual(
    Object.keys(AMBIENT).filter((name) => !used.has(name)),
    [],
  );
});

for (const [index, { place, code, needs }] of examples.entries()) {
  const isRun = needs.length === 0 && !ENDLESS.test(code);
  test(`the example at ${place} compiles${isRun ? ' and runs' : ''}`, async () => {
    assert.deepEqual(complaints.get(`example${index}`), [], code);
    if (!isRun) return;
    const { status, stderr } = await runBlock(FOLDER, `example${index}`);
    assert.equal(stderr, '');
    assert.equal(status, 0);
  });
}
