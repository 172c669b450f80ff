// What the tests of readiness share: how many watch a thing, and which listeners a stream has.
import { spawn } from 'node:child_process';
import type { EventEmitter } from 'node:events';
import type { Duplex, Writable } from 'node:stream';
import type { SocketBase } from '../../src/io/socket-base.ts';
import type { Ended } from './program.ts';
import type { ReadyCallback, Watchable } from '../../src/select.ts';

/** A thing of the test's own that can be waited for. */
export class Lamp implements Watchable {
  readonly callbacks = new Set<ReadyCallback>();
  isReadable = false;
  isWritable = false;
  hasFailed = false;

  /** Sets what holds, and tells so. */
  show(state: { isReadable?: boolean; isWritable?: boolean; hasFailed?: boolean }): void {
    Object.assign(this, state);
    for (const callback of [...this.callbacks]) callback();
  }

  watch(callback: ReadyCallback): void {
    this.callbacks.add(callback);
  }

  unwatch(callback: ReadyCallback): void {
    this.callbacks.delete(callback);
  }

  cancelWaits(error: Error): void {
    for (const callback of [...this.callbacks]) callback(error);
  }
}

/** Counts those who watch a socket, from now on. */
export function countWatchers(socket: SocketBase): () => number {
  const { watchable } = socket;
  const watching = new Set<ReadyCallback>();
  const { watch, unwatch } = watchable;
  watchable.watch = (callback, isForReading) => {
    watching.add(callback);
    watch.call(watchable, callback, isForReading);
  };
  watchable.unwatch = (callback) => {
    watching.delete(callback);
    unwatch.call(watchable, callback);
  };
  return () => watching.size;
}

/** The number of listeners for each event that has any. */
export function listenersOf(emitter: EventEmitter): Record<string, number> {
  return Object.fromEntries(emitter.eventNames().map((name) => [String(name), emitter.listenerCount(name)]));
}

/** The ends of a program's pipes: its standard input, and its descriptor 3, which goes both ways. */
export interface Pipes {
  readonly stdin: Writable;
  readonly third: Duplex;
  /** Resolves when the program has printed `text`. */
  printed(text: string): Promise<void>;
}

/** Runs the text of an ES module, whose standard input stays open until it has ended. */
export function runWithPipes(text: string, drive: (pipes: Pipes) => unknown = () => {}): Promise<Ended> {
  const args = ['--input-type=module', '-e', text];
  const env = { ...process.env, NODE_OPTIONS: '', NODE_TEST_CONTEXT: undefined };
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe', 'pipe'], env });
  const limit = setTimeout(() => child.kill('SIGKILL'), 60_000);
  let stdout = '';
  let stderr = '';
  const waiting = new Set<() => void>();
  child.stdout.setEncoding('utf8').on('data', (part: string) => {
    stdout += part;
    for (const look of [...waiting]) look();
  });
  child.stderr.setEncoding('utf8').on('data', (part: string) => (stderr += part));
  const printed = (expected: string): Promise<void> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!stdout.includes(expected)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  const third = child.stdio[3] as Duplex;
  for (const stream of [child.stdin, third]) stream.on('error', () => {});
  void drive({ stdin: child.stdin, third, printed });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => {
      clearTimeout(limit);
      // Read to the end, then let go of the pipes that are still open on this side.
      setImmediate(() => {
        for (const stream of [child.stdin, third]) stream.destroy();
      });
      child.once('close', () => resolve({ code, stdout, stderr }));
    });
  });
}
