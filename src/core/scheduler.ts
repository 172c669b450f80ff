/**
 * The ready queue, and the rule that one greenlet runs at a time.
 *
 * A *slice* is open from the moment an entry is taken from the queue until its greenlet parks or ends; only then
 * the next entry is taken. A greenlet is somewhere in its own promises meanwhile, so three rules say how the end
 * of a slice is seen:
 *
 *   1. Parking takes the next entry there and then (`parked`, `ended`). Waking is resolving one promise, so a
 *      switch costs no extra tick.
 *   2. Starts and hub callbacks run in a microtask of their own, in the async context of whoever asked for them, and
 *      never inside the parking call: a thousand spawned greenlets would otherwise nest on one stack, and start in
 *      the wrong store. So taking any entry is resolving a promise.
 *   3. A guard closes slices that end elsewhere, in a foreign promise. It must run when the microtask queue is
 *      dry: a `nextTick` made inside a microtask does, one made inside a `nextTick` would not. Hence the hop.
 *
 *   push ──► [ ready queue ] ──► take: resolve its promise ──► slice open ──► parked / ended / guard
 *                 ▲                                                                 │
 *                 └──────────────────────── take the next ◄─────────────────────────┘
 *
 * After `switchInterval` seconds of slices without a turn of the event loop, the next entry waits for one.
 */
import { monotonic, nextTick, queueMicrotask, setImmediate } from '../base/native.ts';
import { Ring } from '../base/ring.ts';
import { type Scope, currentScopeOrMain } from './scope.ts';

/** @internal What can stand in the ready queue. */
export interface ReadyEntry {
  /** Its turn has come: answers whose slice begins, or undefined when there is nothing to do any more. */
  take(): Scope | undefined;
}

/** Entries taken between two looks at the clock. */
const CLOCK_EVERY = 32;

/** @internal */
export class Scheduler {
  /** The root scope of the greenlet whose slice is open. */
  slice: Scope | undefined = undefined;
  /** Seconds of slices after which the event loop gets a turn. */
  switchInterval = 0.005;
  /** Chooses which of `count` ready entries is taken; undefined takes the oldest. */
  pick: ((count: number) => number) | undefined = undefined;
  /** Told when nothing is ready any more. */
  onIdle: (() => void) | undefined = undefined;
  /** Slices run so far. */
  slices = 0;

  readonly #ready: Ring<ReadyEntry> = new Ring();
  #isOnHub = false;
  #guardArmed = false;
  #yielding = false;
  #untilClock = CLOCK_EVERY;
  /** When the slices since the last turn of the event loop began; 0 when nobody has looked yet. */
  #burstStart = 0;
  #lastLook = 0;

  readonly #hop = (): void => nextTick(this.#guard);
  readonly #guard = (): void => this.#runGuard();
  readonly #resume = (): void => this.#runResume();

  /** Entries that are ready to run. */
  get readyCount(): number {
    return this.#ready.length;
  }

  push(entry: ReadyEntry): void {
    this.#ready.push(entry);
    if (this.slice === undefined && !this.#isBusy()) this.#openOutsideSlice();
  }

  /** A wait of `root` has just suspended it. */
  parked(root: Scope): void {
    if (this.slice === root || this.slice === undefined) this.#next();
  }

  /** The greenlet `root` has ended. */
  ended(root: Scope): void {
    if (this.slice === root) this.#next();
  }

  /** Runs `fn` on the hub itself (timers, the end of the loop): what it makes ready is taken when it returns. */
  runOnHub(fn: () => void): void {
    if (this.#isOnHub) return fn();
    const interrupted = this.slice;
    this.#burstStart = 0;
    this.#isOnHub = true;
    try {
      fn();
    } finally {
      this.#isOnHub = false;
      if (interrupted === undefined) this.#next();
    }
  }

  /** Somebody already sees to it that the next entry is taken. */
  #isBusy(): boolean {
    return this.#isOnHub || this.#yielding;
  }

  /**
   * Code outside every slice (main's first lines, a socket's event) made something ready. Whoever runs counts as
   * having a slice, so that nothing starts before it parks or is through.
   */
  #openOutsideSlice(): void {
    this.#burstStart = 0;
    this.slice = currentScopeOrMain().root;
    this.#armGuard();
  }

  #takeEntry(): ReadyEntry | undefined {
    if (this.pick !== undefined && this.#ready.length > 1)
      return this.#ready.removeAt(this.pick(this.#ready.length));
    return this.#ready.shift();
  }

  /** Closes the slice and takes entries until one opens the next. */
  #next(): void {
    this.slice = undefined;
    if (this.#isBusy()) return;
    this.slice = this.#takeUntilSlice();
    if (this.slice !== undefined) {
      this.slices += 1;
      this.#armGuard();
    } else if (!this.#yielding) {
      this.onIdle?.();
    }
  }

  /** Whose slice begins; undefined when nothing is ready, or the event loop must have its turn first. */
  #takeUntilSlice(): Scope | undefined {
    // What an entry makes ready while it is taken waits behind it, like everything else.
    this.#isOnHub = true;
    try {
      for (;;) {
        if (this.#mustYield()) return undefined;
        const entry = this.#takeEntry();
        if (entry === undefined) return undefined;
        const root = entry.take();
        if (root !== undefined) return root;
      }
    } finally {
      this.#isOnHub = false;
    }
  }

  #armGuard(): void {
    if (this.#guardArmed) return;
    this.#guardArmed = true;
    queueMicrotask(this.#hop);
  }

  #runGuard(): void {
    this.#guardArmed = false;
    if (this.slice !== undefined || !this.#isBusy()) this.#next();
  }

  /** True when slices have run for the switch interval: the event loop gets its turn first. */
  #mustYield(): boolean {
    this.#untilClock -= 1;
    if (this.#untilClock > 0) return false;
    this.#untilClock = CLOCK_EVERY;
    if (this.readyCount === 0) return false;
    const now = monotonic();
    const interval = this.switchInterval * 1000;
    if (this.#burstStart === 0) this.#burstStart = now;
    // Long slices are looked at one by one.
    if (now - this.#lastLook > interval) this.#untilClock = 1;
    this.#lastLook = now;
    if (now - this.#burstStart < interval) return false;
    this.#yielding = true;
    setImmediate(this.#resume);
    return true;
  }

  #runResume(): void {
    this.#yielding = false;
    this.#burstStart = 0;
    this.#next();
  }
}

/** @internal The one scheduler of this thread. */
export const scheduler: Scheduler = new Scheduler();
