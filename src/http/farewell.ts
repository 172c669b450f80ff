import { Socket } from 'node:net';
import type { Seconds } from '../core/timeout.ts';
import { Timer, type TimerTarget } from '../core/timers.ts';
import type { ConnectionStream } from './turn.ts';

/** Seconds for which we go on reading after our last word. */
const LINGER: Seconds = 2;

/**
 * @internal The end of a connection that we close. When a client is still sending, closing at once would have the system
 * throw away what it has not read yet, our answer with it: so only our side is ended, and what comes is read for a while.
 */
export class Farewell implements TimerTarget {
  readonly #stream: ConnectionStream;
  #timer: Timer | undefined = undefined;

  constructor(stream: ConnectionStream) {
    this.#stream = stream;
  }

  /** Closes the stream when all that was written has gone. */
  close(isClientSending: boolean): void {
    const stream = this.#stream;
    if (!isClientSending) return Socket.prototype.destroySoon.call(stream);
    if (this.#timer !== undefined || stream.destroyed) return;
    stream.end();
    stream.resume();
    this.#timer = new Timer(this, false).start(LINGER);
  }

  /** The stream has closed. */
  closed(): void {
    this.#timer?.stop();
  }

  onTimer(): void {
    this.#stream.destroy();
  }
}
