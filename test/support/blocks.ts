// Programs that stand in documents: taken out, compiled against the sources, and run, each in a process of its own.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './repository.ts';

/** A program, and where it stands. */
export interface Block {
  /** `docs/guide.md:12` */
  readonly place: string;
  readonly code: string;
}

/** What came of a run. */
export interface Run {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Every block between ```ts and ``` of a Markdown text. */
export function blocksOf(path: string, text: string): Block[] {
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map((match) => ({
    place: `${path}:${text.slice(0, match.index).split('\n').length + 1}`,
    code: match[1] ?? '',
  }));
}

/** The lines that a block says it prints. */
export function saidToPrint(code: string): string[] {
  return [...code.matchAll(/^\s*\/\/ prints: (.*)$/gm)].map(([, line]) => line ?? '');
}

/**
 * Compiles programs with the project's settings into `build/NAME-run`, where `gevent-ts` is what was built of the sources.
 * Answers the compiler's complaints by program: `line: message`.
 */
export function compileBlocks(
  name: string,
  programs: ReadonlyMap<string, string>,
  ambient = '',
): Map<string, string[]> {
  const folder = sourceFolder(name);
  rmSync(folder, { recursive: true, force: true });
  rmSync(join(root, `build/${name}-run`), { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const compilerOptions = {
    rootDir: '../..',
    outDir: `../${name}-run`,
    incremental: false,
    tsBuildInfoFile: null,
    sourceMap: false,
    moduleDetection: 'force',
    lib: ['ES2023', 'ESNext.Disposable', 'DOM'],
  };
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions, include: ['*.ts'], exclude: [] }),
  );
  if (ambient !== '')
    writeFileSync(join(folder, 'ambient.d.ts'), `export {};\ndeclare global {\n${ambient}\n}\n`);
  for (const [program, code] of programs) writeFileSync(join(folder, `${program}.ts`), code);
  const tsc = join(root, 'node_modules/typescript/lib/tsc.js');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: root,
    encoding: 'utf8',
  });
  const complaints = new Map<string, string[]>([...programs.keys()].map((program) => [program, []]));
  for (const [, file = '', line, message] of stdout.matchAll(/([^\s/\\]+)\.ts\((\d+),\d+\): error (.*)/g)) {
    complaints.set(file, [...(complaints.get(file) ?? []), `${line}: ${message}`]);
  }
  return complaints;
}

/** Runs a compiled program to its end. */
export function runBlock(name: string, program: string): Promise<Run> {
  const script = join(root, `build/${name}-run/build/${name}/${program}.js`);
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script], {
      cwd: root,
      env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: undefined },
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    child.on('error', reject);
    child.on('close', (status) => resolve({ status, stdout, stderr }));
  });
}

function sourceFolder(name: string): string {
  return join(root, 'build', name);
}
