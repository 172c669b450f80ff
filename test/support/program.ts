// Whole programs, run as processes of their own on the runtime that runs the tests.
import { spawn } from 'node:child_process';

/** How a program ended. */
export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ProgramOptions {
  /** Flags of Node, which Bun understands or ignores; Deno takes those that are V8's. */
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds after which the program is stopped. On Bun it is soon: there, some of them are known not to end. */
  readonly seconds?: number;
}

/** The address of an entry file of the library, for `import` in a program. */
export function entry(name = 'index'): string {
  return new URL(`../../src/${name}.js`, import.meta.url).href;
}

/** Runs the text of an ES module to its end. */
export function runProgram(
  text: string,
  { flags = [], env = {}, seconds = 'Bun' in globalThis ? 5 : 60 }: ProgramOptions = {},
): Promise<Ended> {
  const args =
    'Deno' in globalThis
      ? ['eval', ...(flags.length === 0 ? [] : [`--v8-flags=${flags.join(',')}`]), text]
      : [...flags, ...('Bun' in globalThis ? [] : ['--input-type=module']), '-e', text];
  const clean = { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined, ...env };
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env: clean });
  const limit = setTimeout(() => child.kill('SIGKILL'), seconds * 1000);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(limit);
      resolve({ code, stdout, stderr });
    });
  });
}
