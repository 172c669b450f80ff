/** Ctrl-C and the other ways of telling a program to stop. */

import { constants } from 'node:os';
import { kill, type RawGreenlet } from 'gevent-ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Raised in a greenlet when the process is told to stop. */
export class Stopped extends Error {
  override name = 'Stopped';
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.signal = signal;
  }

  /** The exit code that shells expect: 130 for Ctrl-C. */
  get exitCode(): number {
    return 128 + constants.signals[this.signal];
  }
}

/**
 * Raises `Stopped` in the greenlet at the first signal, and when nobody reads
 * what is printed any more; a second signal ends the process at once.
 */
export function stopOnSignal(greenlet: RawGreenlet): void {
  let stopped = false;
  const stop = (signal: NodeJS.Signals) => {
    if (stopped) return;
    stopped = true;
    for (const name of signals) process.off(name, stop);
    kill(greenlet, new Stopped(signal));
  };
  for (const name of signals) process.on(name, stop);
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => stop('SIGPIPE'));
}
