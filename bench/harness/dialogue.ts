/** A process that is talked to: it prints a line when it is ready, and answers each line with a line; all are JSON. */
import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

const TIME_LIMIT_MS = 60_000;

export class Dialogue {
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #lines: AsyncIterator<string>;
  readonly #closed: Promise<void>;
  #errors = '';

  constructor([command = '', ...args]: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => (this.#errors += text));
    // What is wrong with it shows in what it answers.
    this.#child.on('error', (error) => (this.#errors += `Error: ${error.message}`));
    this.#child.stdin.on('error', () => {});
    this.#closed = new Promise((resolve) => this.#child.once('close', () => resolve()));
    this.#lines = createInterface(this.#child.stdout)[Symbol.asyncIterator]();
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The first error that it has printed. */
  get complaint(): string | undefined {
    return /^\w*Error\b.*$/m.exec(this.#errors)?.[0];
  }

  /** The next line that it prints. */
  async next<T>(): Promise<T> {
    const limit = setTimeout(() => {
      this.#errors = 'Error: no answer';
      this.#child.kill('SIGKILL');
    }, TIME_LIMIT_MS);
    const { done, value } = await this.#lines.next();
    clearTimeout(limit);
    if (done !== true) return JSON.parse(value);
    await this.end();
    throw new Error(this.complaint ?? 'ended with no answer');
  }

  ask<T>(line: string): Promise<T> {
    this.#child.stdin.write(`${line}\n`);
    return this.next();
  }

  /** Ends it. */
  end(): Promise<void> {
    this.#child.stdin.end();
    return this.#closed;
  }
}
