import { AsyncLocalStorage } from 'node:async_hooks';
import { nextTick } from '../base/native.ts';
import type { ConnectionStream, Turn } from './turn.ts';

/** How many may wait before no more is read from the connection. */
const MAX_WAITING = 16;

/** @internal Those that wait for their turn on a connection, first come first served. Made when a client pipelines. */
export class TurnQueue {
  readonly #stream: ConnectionStream;
  #waiting: Turn[] = [];
  #isPauseDue = false;
  #isPaused = false;
  /** Starts a turn as if it had just come: what a handler has set in other contexts is not inherited. */
  readonly #asArrived: (fn: () => void) => void = AsyncLocalStorage.snapshot();

  constructor(stream: ConnectionStream) {
    this.#stream = stream;
  }

  push(turn: Turn): void {
    this.#waiting.push(turn);
    if (this.#waiting.length < MAX_WAITING || this.#isPauseDue) return;
    this.#isPauseDue = true;
    // The parser resumes the stream behind each request it finds in what it has: it must be through with that.
    nextTick(() => this.#pause());
  }

  /** Starts the next one, and answers it. */
  startNext(): Turn | undefined {
    const next = this.#waiting.shift();
    if (next !== undefined) this.#asArrived(() => next.start());
    this.#resume();
    return next;
  }

  /** Forgets those that are meant; answers them. */
  drop(isMeant: (turn: Turn) => boolean): Turn[] {
    const dropped = this.#waiting.filter(isMeant);
    if (dropped.length > 0) this.#waiting = this.#waiting.filter((turn) => !dropped.includes(turn));
    this.#resume();
    return dropped;
  }

  #pause(): void {
    this.#isPauseDue = false;
    if (this.#waiting.length < MAX_WAITING) return;
    this.#isPaused = true;
    this.#stream.pause();
  }

  #resume(): void {
    if (!this.#isPaused || this.#waiting.length > 0) return;
    this.#isPaused = false;
    this.#stream.resume();
  }
}
