/**
 * Takes clients from a listener, or datagrams from a port, and has them handled: a batch at a time, no more than there
 * are slots for, and after an error not for a while.
 *
 *            something came                     none is left
 *   idle ──────────────────────► taking a batch ─────────────► idle
 *     ▲                            │   │   │
 *     │   a slot is free           │   │   └─ as many as maxAccept ──► after the next turn of the event loop
 *     ├────────────── no slot ◄────┘   │
 *     └────────────── error: `delay` seconds ◄┘
 *
 * It runs on the hub, with the values of the program's own AsyncLocalStorages that the server was started with,
 * whatever makes it go on.
 */
import { setImmediate } from '../base/native.ts';
import { runCallback } from '../core/callback.ts';
import { Timer, type TimerTarget } from '../core/timers.ts';
import type { Watchable } from '../io/watchable.ts';
import { Pool } from '../pool/pool.ts';
import type { Group } from '../pool/group.ts';

/** @internal What it works for. */
export interface Acceptor {
  readonly server: {
    readonly maxAccept: number;
    readonly pool: Pool | Group | undefined;
    full(): boolean;
  };
  /** Takes the next one and starts its handler; false when there is none. */
  next(): boolean;
  /** Reports what failed, and answers for how many seconds nothing is taken; negative: go on. */
  failed(error: unknown): number;
}

/** @internal */
export class AcceptLoop implements TimerTarget {
  readonly #acceptor: Acceptor;
  #source: Watchable | undefined = undefined;
  #inContext: (fn: () => void) => void = callNow;
  #isTaking = false;
  /** It goes on after the next turn of the event loop. */
  #isQueued = false;
  /** No slot was free when it last looked; in this pool, or for a reason of the server's own. */
  #isFull = false;
  #fullPool: Pool | undefined = undefined;
  #rest: Timer | undefined = undefined;

  constructor(acceptor: Acceptor) {
    this.#acceptor = acceptor;
  }

  get isOpen(): boolean {
    return this.#source !== undefined;
  }

  /** Begins to take. @param inContext runs a function with the hub as the current greenlet */
  open(source: Watchable, inContext: (fn: () => void) => void): void {
    if (this.#source !== undefined) return;
    this.#source = source;
    this.#inContext = inContext;
    source.watch(this.#wake);
    this.#wake();
  }

  /** Takes nothing more. What is there already stays where it is. */
  close(): void {
    this.#source?.unwatch(this.#wake);
    this.#source = undefined;
    this.#rest?.stop();
    this.#rest = undefined;
    this.#isFull = false;
    this.#leavePool();
    this.#inContext = callNow;
  }

  /** A handler has ended, or how handlers are run has changed: there may be room. */
  slotFreed(): void {
    if (!this.#isFull || this.#fullPool !== undefined) return;
    this.#isFull = false;
    // Whoever calls is in the middle of something.
    runCallback(this.#wake);
  }

  /** The slots are others from now on. */
  slotsChanged(): void {
    this.#leavePool();
    this.slotFreed();
  }

  /** Something could not be taken. */
  fail(error: unknown): void {
    // What comes while it rests already is the same error again.
    if (this.#rest !== undefined || this.#source === undefined) return;
    this.#inContext(() => this.#failed(error));
  }

  /** @internal It has rested long enough. */
  onTimer(): void {
    this.#rest = undefined;
    this.#wake();
  }

  readonly #wake = (): void => {
    if (this.#isTaking || this.#isQueued || this.#isFull || this.#rest !== undefined) return;
    if (this.#source !== undefined) this.#inContext(this.#takeBatch);
  };

  readonly #takeBatch = (): void => {
    const { server } = this.#acceptor;
    this.#isTaking = true;
    try {
      for (let taken = 0; this.#source !== undefined && this.#rest === undefined; taken += 1) {
        if (server.full()) return this.#waitForSlot();
        if (taken >= server.maxAccept) return this.#goOnLater();
        if (!this.#acceptor.next()) return;
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#isTaking = false;
    }
  };

  #goOnLater(): void {
    this.#isQueued = true;
    setImmediate(() => {
      this.#isQueued = false;
      this.#wake();
    });
  }

  #waitForSlot(): void {
    this.#isFull = true;
    const { pool } = this.#acceptor.server;
    if (!(pool instanceof Pool) || !pool.full()) return;
    this.#fullPool = pool;
    pool.linkAvailable(this.#onAvailable);
  }

  readonly #onAvailable = (): void => {
    this.#fullPool = undefined;
    this.#isFull = false;
    this.#wake();
  };

  #leavePool(): void {
    this.#fullPool?.unlinkAvailable(this.#onAvailable);
    this.#fullPool = undefined;
  }

  #failed(error: unknown): void {
    const seconds = this.#acceptor.failed(error);
    if (this.#source === undefined) return;
    if (seconds < 0) return this.#goOnLater();
    this.#rest = new Timer(this).start(seconds);
  }
}

function callNow(fn: () => void): void {
  fn();
}
