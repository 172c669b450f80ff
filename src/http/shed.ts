/** Load shedding: says when there is too much to do to take on another request. */
import { clearTimeout, monotonic, setTimeout } from '../base/native.ts';
import type { EngineState } from './engine-state.ts';
import type { ShedOptions } from './options.ts';

/** Milliseconds between two looks at the event loop. */
const BEAT = 20;

/** @internal */
export class Shedder {
  /** The value of the `Retry-After` header. */
  readonly retryAfter: string;
  readonly #maxRequests: number;
  readonly #maxQueued: number;
  /** Milliseconds. */
  readonly #maxLag: number;
  #timer: NodeJS.Timeout | undefined = undefined;
  #latestBeat = 0;
  #latestLag = 0;

  constructor(options: ShedOptions) {
    this.#maxRequests = options.maxRequests ?? Infinity;
    this.#maxQueued = options.maxQueued ?? Infinity;
    this.#maxLag = (options.maxLag ?? Infinity) * 1000;
    this.retryAfter = String(Math.ceil(options.retryAfter ?? 1));
  }

  /** True when one more request would be one too many. */
  refuses(state: EngineState): boolean {
    const { requests, begun } = state;
    return requests >= this.#maxRequests || requests - begun >= this.#maxQueued || this.#isLate();
  }

  /** Begins to watch the event loop, if that is asked for. */
  start(): void {
    if (this.#maxLag === Infinity || this.#timer !== undefined) return;
    this.#latestBeat = monotonic();
    this.#latestLag = 0;
    this.#await();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #await(): void {
    this.#timer = setTimeout(() => this.#beat(), BEAT);
    this.#timer.unref();
  }

  #beat(): void {
    const now = monotonic();
    this.#latestLag = now - this.#latestBeat - BEAT;
    this.#latestBeat = now;
    this.#await();
  }

  /** By the latest beat, or because the next one should have come long ago. */
  #isLate(): boolean {
    if (this.#maxLag === Infinity) return false;
    return Math.max(this.#latestLag, monotonic() - this.#latestBeat - BEAT) > this.#maxLag;
  }
}
