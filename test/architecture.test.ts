// The shape of src/: which layer may import which, how big a file may get, and what the sources may not use.
import assert from 'node:assert/strict';
import { posix } from 'node:path';
import { test } from 'node:test';
import { filesBelow, readText } from './support/repository.ts';
import { codeOnly, hasTopLevelAwait, importsOf, resolveImport } from './support/source-text.ts';

// Each layer, and the layers below it that it may import. A new layer gets its line here.
const LAYERS: Record<string, readonly string[]> = {
  base: [],
  core: ['base'],
  sync: ['base', 'core'],
  pool: ['base', 'core', 'sync'],
  testing: ['base', 'core', 'sync', 'pool'],
  inet: ['base'],
  dns: ['base', 'core', 'sync', 'pool', 'inet'],
  io: ['base', 'core', 'sync', 'pool', 'inet', 'dns'],
  tls: ['base', 'core', 'sync', 'pool', 'inet', 'dns', 'io'],
  net: ['base', 'core', 'sync', 'pool', 'inet', 'dns', 'io', 'tls'],
  http: ['base', 'core', 'sync', 'pool', 'inet', 'dns', 'io', 'tls', 'net'],
  observe: ['base', 'core', 'sync', 'pool', 'inet', 'dns', 'io', 'tls', 'net'],
};

// Inside core, each of these imports only what stands before it.
const CORE_ORDER = [
  'uncaught',
  'interruption',
  'scope',
  'hub-scope',
  'probe',
  'scheduler',
  'timers',
  'wait-list',
  'wait-options',
  'checkpoint',
  'waiter',
  'turn',
  'trigger',
  'callback',
  'links',
  'call-site',
  'timeout',
  'time-limit',
  'with-timeout',
  'census',
  'ident',
  'raw-greenlet',
  'main-greenlet',
  'loop',
  'loop-end',
  'quiet-rejections',
  'hub',
  'hub-local',
  'link',
  'beside',
  'linked-greenlet',
  'kill-options',
  'greenlet',
  'spawn',
  'waitable',
  'wait',
  'join',
  'sleep',
  'interruptible',
  'shield',
  'task-group',
  'local',
].map((name) => `src/core/${name}.ts`);

// Node's own modules: cheap ones everywhere in the kernel, a few more at the bottom, the wire in the network layers
// alone. node:http costs more to load than the whole kernel: it stays in its own layer.
const EVERYWHERE = ['node:async_hooks', 'node:events', 'node:util'];
const IN_BASE = [...EVERYWHERE, 'node:perf_hooks', 'node:process', 'node:timers', 'node:path', 'node:url'];
const IN_INET = [
  ...EVERYWHERE,
  'node:buffer',
  'node:fs',
  'node:fs/promises',
  'node:net',
  'node:os',
  'node:path',
  'node:stream',
  'node:string_decoder',
];
const IN_NETWORK = [
  ...IN_INET,
  'node:crypto',
  'node:dgram',
  'node:dns',
  'node:dns/promises',
  'node:tls',
  'node:tty',
];
const NODE_MODULES: Readonly<Record<string, readonly string[]>> = {
  base: IN_BASE,
  inet: IN_INET,
  dns: IN_NETWORK,
  io: IN_NETWORK,
  tls: IN_NETWORK,
  net: IN_NETWORK,
  http: [...IN_NETWORK, 'node:http'],
  observe: [...IN_NETWORK, 'node:repl', 'node:vm'],
};

const MAX_LINES = 300;

interface Source {
  readonly path: string;
  /** The layer, or '' for an entry file. */
  readonly layer: string;
  readonly text: string;
  readonly code: string;
  readonly imports: readonly { readonly specifier: string; readonly bare: boolean; readonly where: string }[];
}

const sources: Source[] = filesBelow('src', () => true).map((path) => {
  const text = readText(path);
  const parts = path.split('/');
  return {
    path,
    layer: parts.length > 2 ? (parts[1] as string) : '',
    text,
    code: codeOnly(text),
    imports: importsOf(text).map(({ specifier, bare, line }) => ({
      specifier,
      bare,
      where: `${path}:${line}`,
    })),
  };
});

function collect(check: (source: Source) => Iterable<string>): string[] {
  return sources.flatMap((source) => [...check(source)]);
}

function none(problems: readonly string[]): void {
  if (problems.length > 0) assert.fail(problems.join('\n'));
}

function* codeLines({ path, code }: Source, pattern: RegExp): Generator<string> {
  for (const [index, line] of code.split('\n').entries()) {
    if (pattern.test(line)) yield `${path}:${index + 1} ${line.trim()}`;
  }
}

test('src holds TypeScript files with kebab-case names', () => {
  assert.ok(sources.length > 0);
  none(collect(({ path }) => (/^src\/([a-z]+\/)?[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(path) ? [] : [path])));
});

test('every folder of src is a layer of the plan', () => {
  none(collect(({ path, layer }) => (layer === '' || layer in LAYERS ? [] : [path])));
});

test('imports name their file with its ending, inside src, and the file is there', () => {
  const known = new Set(sources.map(({ path }) => path));
  none(
    collect(function* ({ path, imports }) {
      for (const { specifier, where } of imports) {
        if (specifier.startsWith('node:')) continue;
        const relative = specifier.startsWith('./') || specifier.startsWith('../');
        if (!relative || !known.has(resolveImport(path, specifier))) yield `${where} imports ${specifier}`;
      }
    }),
  );
});

test('imports point down: a layer imports itself and the layers below it', () => {
  none(
    collect(function* ({ path, layer, imports }) {
      if (layer === '') return;
      for (const { specifier, where } of imports) {
        if (!specifier.startsWith('.')) continue;
        const parts = resolveImport(path, specifier).split('/');
        const target = parts.length > 2 ? (parts[1] as string) : 'an entry file';
        if (target !== layer && !LAYERS[layer]?.includes(target))
          yield `${where}: ${layer} imports ${target}`;
      }
    }),
  );
});

test('no file imports itself by way of others, types included', () => {
  const graph = new Map(
    sources.map(({ path, imports }) => [
      path,
      imports
        .filter(({ specifier }) => specifier.startsWith('.'))
        .map(({ specifier }) => resolveImport(path, specifier)),
    ]),
  );
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    const seen = trail.indexOf(path);
    if (seen !== -1) {
      cycles.push([...trail.slice(seen), path].join(' -> '));
    } else if (!done.has(path)) {
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    }
  };
  for (const path of graph.keys()) visit(path, []);
  none(cycles);
});

test('the files of core stand in their order', () => {
  none(
    collect(function* ({ path, imports }) {
      const own = CORE_ORDER.indexOf(path);
      if (own === -1) return;
      for (const { specifier, where } of imports) {
        if (!specifier.startsWith('.')) continue;
        const target = resolveImport(path, specifier);
        if (CORE_ORDER.indexOf(target) > own) yield `${where}: ${posix.basename(path)} imports ${specifier}`;
      }
    }),
  );
});

test('entry files only re-export', () => {
  none(
    collect(({ path, layer, code }) => {
      if (layer !== '') return [];
      const rest = code.replace(/\bexport\s+(type\s+)?\{[^}]*\}\s*from\s*(['"]) *\2;?/g, '').trim();
      return rest === '' ? [] : [`${path}: ${rest.split('\n')[0]}`];
    }),
  );
});

test(`no file is longer than ${MAX_LINES} lines`, () => {
  none(
    collect(({ path, text }) => {
      const lines = text.trimEnd().split('\n').length;
      return lines <= MAX_LINES ? [] : [`${path}: ${lines} lines`];
    }),
  );
});

test('of Node only what is cheap to load is imported', () => {
  none(
    collect(function* ({ layer, imports }) {
      const allowed = NODE_MODULES[layer] ?? EVERYWHERE;
      for (const { specifier, where } of imports) {
        if (specifier.startsWith('node:') && !allowed.includes(specifier))
          yield `${where} imports ${specifier}`;
      }
    }),
  );
});

test('nothing is imported for its side effects', () => {
  none(
    collect(function* ({ imports }) {
      for (const { specifier, bare, where } of imports) if (bare) yield `${where} imports ${specifier}`;
    }),
  );
});

test('src does without `using`, which Node 20 cannot read', () => {
  none(collect((source) => codeLines(source, /(^|[;{(]|\bawait)\s*using\s+[A-Za-z_$][\w$]*\s*(=|\bof\b)/)));
});

test('src does without Promise.withResolvers, which Node 20 does not have', () => {
  none(collect((source) => codeLines(source, /\bwithResolvers\b/)));
});

test('src does not await at the top level, so that require() works', () => {
  none(collect(({ path, code }) => (hasTopLevelAwait(code) ? [path] : [])));
});

test('names are exported by name: no default exports, no enums, no namespaces', () => {
  none(
    collect((source) =>
      codeLines(
        source,
        /\bexport\s+default\b|^\s*(export\s+)?(declare\s+)?(const\s+)?enum\s|^\s*(export\s+)?(declare\s+)?(namespace|module)\s+\w/,
      ),
    ),
  );
});

test('lock files do not say where packages are fetched from', () => {
  const locks = filesBelow('.', (path) => posix.basename(path) === 'package-lock.json');
  assert.ok(locks.includes('package-lock.json'));
  none(locks.filter((path) => /"resolved": "(?!file:)/.test(readText(path))));
});
