// npm run test:package: packs the tarball as `npm publish` would, installs it into an empty project, and uses it
// there as its users do: import and require of every subpath, TypeScript under both module resolutions, and the
// judgement of publint and attw. Each check counts as one; the last line is `N passed, N failed`.
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureInstalled } from '../../scripts/lib/install.mjs';
import { indent } from '../../scripts/lib/test-files.mjs';
import { binary, readJson, root } from '../../scripts/lib/tree.mjs';

const tools = join(root, 'test/package/node_modules');
const scratch = mkdtempSync(join(tmpdir(), 'gevent-ts-package-'));
const project = join(scratch, 'project');
const { name, version, exports } = readJson('package.json');
const specifiers = Object.keys(exports)
  .filter((subpath) => subpath !== './package.json')
  .map((subpath) => name + subpath.slice(1));

let passed = 0;
let failed = 0;

try {
  ensureInstalled('test/package');
  const tarball = pack();
  if (tarball !== undefined && install(tarball)) {
    checkImports();
    checkTypes();
    check('publint', process.execPath, [join(tools, 'publint/src/cli.js'), 'run', '--strict', tarball]);
    const attw = join(tools, '@arethetypeswrong/cli/dist/index.js');
    const options = ['--profile', 'esm-only', '--no-emoji', '--no-color'];
    check('attw --profile esm-only', process.execPath, [attw, tarball, ...options]);
  }
} catch (error) {
  verdict('the test itself', String(error));
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** One check more, bad if there is trouble. @param {string} title @param {string} trouble */
function verdict(title, trouble) {
  if (trouble === '') passed += 1;
  else failed += 1;
  console.log(`${trouble === '' ? 'ok  ' : 'FAIL'} ${title}`);
  if (trouble !== '') console.log(indent(trouble));
  return trouble === '';
}

/** @param {string} command @param {string[]} args @param {string} [cwd] */
function execute(command, args, cwd = project) {
  const shell = process.platform === 'win32';
  return spawnSync(command, args, { cwd, encoding: 'utf8', shell, maxBuffer: 64 * 1024 * 1024 });
}

/**
 * Runs a command in the project; it has to end well, and with `silent` to say nothing on stderr.
 *
 * @param {string} title
 * @param {string} command
 * @param {string[]} args
 * @param {{ silent?: boolean }} [options]
 */
function check(title, command, args, { silent = false } = {}) {
  const { status, stdout, stderr, error } = execute(command, args);
  const bad = error !== undefined || status !== 0 || (silent && stderr !== '');
  return verdict(title, bad ? `${error ?? ''}${stdout}${stderr}`.trim() || `status ${status}` : '');
}

/** @param {string} file @param {string | object} content */
function write(file, content) {
  writeFileSync(
    join(project, file),
    typeof content === 'string' ? content : JSON.stringify(content, null, 2),
  );
  return file;
}

/** Answers the tarball's path. */
function pack() {
  mkdirSync(project);
  const { status, stdout, stderr } = execute(
    'npm',
    ['pack', '--silent', '--pack-destination', scratch],
    root,
  );
  const tarball = readdirSync(scratch).find((file) => file.endsWith('.tgz'));
  const trouble =
    status === 0 && tarball === `${name}-${version}.tgz` ? '' : `${stdout}${stderr}`.trim() || 'no file';
  return verdict('npm pack', trouble) ? join(scratch, tarball ?? '') : undefined;
}

/** @param {string} tarball */
function install(tarball) {
  write('package.json', { name: 'consumer', private: true, type: 'module' });
  const flags = ['--no-fund', '--no-audit', '--loglevel=error', '--offline'];
  const { status, stderr } = execute('npm', ['install', ...flags, tarball]);
  if (!verdict('it installs, with nothing from the registry', status === 0 ? '' : stderr)) return false;

  const others = readdirSync(join(project, 'node_modules')).filter(
    (entry) => entry !== name && !entry.startsWith('.'),
  );
  verdict('it brings no other package', others.join(', '));

  const inside = readdirSync(join(project, 'node_modules', name)).sort();
  const expected = ['LICENSE', 'README.md', 'dist', 'package.json', 'src'];
  verdict(
    'it holds the build, the sources its maps name, the licence and the README',
    JSON.stringify(inside) === JSON.stringify(expected) ? '' : `holds ${inside.join(', ')}`,
  );
  return true;
}

function checkImports() {
  for (const specifier of specifiers) {
    const some = `if (Object.keys(m).length === 0) throw new Error('exports nothing')`;
    const file = `${specifier.replaceAll('/', '-')}`;
    const imported = write(`${file}.mjs`, `import * as m from '${specifier}';\n${some}\n`);
    check(`import '${specifier}'`, process.execPath, [imported], { silent: true });
    const required = write(`${file}.cjs`, `const m = require('${specifier}');\n${some}\n`);
    check(`require('${specifier}') on Node ${process.versions.node}`, process.execPath, [required], {
      silent: true,
    });
  }
  const same = write(
    'same.cjs',
    `const required = require('${name}');
import('${name}').then((imported) => {
  if (imported.Greenlet !== required.Greenlet) throw new Error('import and require give two libraries');
  return required.spawn((a, b) => a + b, 1, 2).get();
}).then((sum) => {
  if (sum !== 3) throw new Error('spawn((a, b) => a + b, 1, 2) gave ' + sum);
});
`,
  );
  check('import and require give one library', process.execPath, [same], { silent: true });
  const unknown = write(
    'unknown.mjs',
    `for (const path of ['dist/index.js', 'core/scope', 'src/index.ts'])
  await import('${name}/' + path).then(
    () => { throw new Error(path + ' can be imported'); },
    (error) => { if (error.code !== 'ERR_PACKAGE_PATH_NOT_EXPORTED') throw error; },
  );
`,
  );
  check('nothing beside the subpaths can be imported', process.execPath, [unknown], { silent: true });
}

function checkTypes() {
  mkdirSync(join(project, 'node_modules/@types'));
  cpSync(join(root, 'node_modules/@types/node'), join(project, 'node_modules/@types/node'), {
    recursive: true,
  });
  cpSync(join(root, 'node_modules/undici-types'), join(project, 'node_modules/undici-types'), {
    recursive: true,
  });
  const namespaces = specifiers.map((specifier, index) => `import * as m${index} from '${specifier}';`);
  write(
    'consumer.ts',
    `${namespaces.join('\n')}
import { Greenlet, joinAll, sleep, spawn, Timeout, withTimeout } from '${name}';
import { Queue } from '${name}/queue';

export const all = [${specifiers.map((_, index) => `m${index}`).join(', ')}];

async function main(): Promise<void> {
  const greenlet: Greenlet<string> = spawn(async (count: number, word: string) => word.repeat(count), 2, 'ab');
  const word: string = await greenlet.get();
  // @ts-expect-error the first argument is a number
  const wrong = (): unknown => spawn(async (count: number) => count, 'one');
  const queue = new Queue<number>();
  const producer = spawn(async () => {
    await sleep(0.001);
    await queue.put(word.length);
  });
  const length: number = await withTimeout(5, () => queue.get());
  await joinAll([producer]);
  const timeout = new Timeout(1);
  timeout.close();
  if (length !== 4 || typeof wrong !== 'function') throw new Error('the consumer got ' + length);
}
await main();
`,
  );
  const strict = { strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, types: ['node'] };
  const common = { ...strict, target: 'ES2022', lib: ['ES2022', 'ESNext.Disposable'] };
  const files = ['consumer.ts'];
  const nodenext = { ...common, module: 'NodeNext', moduleResolution: 'NodeNext', outDir: 'out' };
  const bundler = { ...common, module: 'ESNext', moduleResolution: 'bundler', noEmit: true };
  write('tsconfig.nodenext.json', { compilerOptions: nodenext, files });
  write('tsconfig.bundler.json', { compilerOptions: bundler, files });
  check('a TypeScript consumer, moduleResolution nodenext', binary('tsc'), ['-p', 'tsconfig.nodenext.json']);
  check('that consumer runs', process.execPath, ['out/consumer.js'], { silent: true });
  check('a TypeScript consumer, moduleResolution bundler', binary('tsc'), ['-p', 'tsconfig.bundler.json']);
}
