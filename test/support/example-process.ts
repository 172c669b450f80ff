// An example that serves, run as a process of its own: started, spoken to, and ended as its user would.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export class ExampleProcess {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly #ended: Promise<number | null>;
  #told: (() => void)[] = [];

  constructor(name: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
    const program = fileURLToPath(new URL(`../../examples/${name}.js`, import.meta.url));
    this.child = spawn(process.execPath, [program, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '', ...env },
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#heard((this.stdout += text)));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => this.#heard((this.stderr += text)));
    this.#ended = new Promise((resolve) => {
      this.child.once('close', (code) => {
        resolve(code);
        this.#heard('');
      });
    });
  }

  /** What `pattern` finds in what the process has said, now or later. */
  async says(pattern: RegExp): Promise<RegExpExecArray> {
    const limit = setTimeout(() => this.child.kill('SIGKILL'), 60_000);
    try {
      for (;;) {
        const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
        if (match !== null) return match;
        if (this.child.exitCode !== null || this.child.signalCode !== null) {
          assert.fail(`never said ${pattern}, but:\n${this.stdout}\n${this.stderr}`);
        }
        await new Promise<void>((resolve) => this.#told.push(resolve));
      }
    } finally {
      clearTimeout(limit);
    }
  }

  /** The port that it says it serves on. */
  async port(): Promise<number> {
    return Number((await this.says(/127\.0\.0\.1:(\d+)/))[1]);
  }

  /** Waits for its end. */
  async end(): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
    const limit = setTimeout(() => this.child.kill('SIGKILL'), 60_000);
    const code = await this.#ended;
    clearTimeout(limit);
    return { code, stdout: this.stdout, stderr: this.stderr };
  }

  /** Ctrl-C: it ends well, and has complained about nothing. */
  async stop(): Promise<void> {
    this.child.kill('SIGINT');
    const { code, stderr } = await this.end();
    assert.equal(stderr, '');
    assert.equal(code, 0);
  }

  #heard(_text: string): void {
    const told = this.#told;
    this.#told = [];
    for (const tell of told) tell();
  }
}

/** Runs `body` beside an example, which is stopped afterwards whatever happens. */
export async function withExample(
  name: string,
  args: readonly string[],
  body: (example: ExampleProcess, port: number) => Promise<void>,
): Promise<void> {
  const example = new ExampleProcess(name, args);
  try {
    await body(example, await example.port());
    await example.stop();
  } finally {
    example.child.kill('SIGKILL');
  }
}

/** Whether a program of the system's is there; where not, why a test is skipped. */
export function missing(program: string): string | false {
  const found = spawnSync(program, ['--version'], { stdio: 'ignore' }).error === undefined;
  return found ? false : `${program} is not installed (npm run clients)`;
}
