/**
 * All timers of the library in one heap over a single timer of the runtime.
 *
 * Starting one that will be cancelled is the hot path of every server: it touches the heap alone. The runtime's
 * timer is set again only when an earlier deadline comes, and is left running when the first one is cancelled:
 * it then wakes for nothing once, and is unreferenced meanwhile so that it keeps no process alive.
 */
import { Heap, type HeapItem } from '../base/heap.ts';
import { clearTimeout, microtask, monotonic, setTimeout } from '../base/native.ts';
import { scheduler } from './scheduler.ts';
import { runOutside } from './scope.ts';
import { reportUncaught } from './uncaught.ts';

/** What a timer tells when its time has come; runs on the hub and must not throw. */
export interface TimerTarget {
  onTimer(): void;
}

/** @internal Where time comes from, and what wakes the heap. Milliseconds. */
export interface Clock {
  now(): number;
  /** Sees to it that `Timers.fire` is called at `deadline`, or soon after. */
  wakeAt(deadline: number): void;
  /** Says whether the wake-up keeps the process alive. */
  setRef(ref: boolean): void;
}

let started = 0;

/** A deadline in the heap. */
export class Timer implements HeapItem {
  /** @internal */
  heapIndex = -1;
  /** @internal Breaks ties: equal deadlines fire in start order. */
  order = 0;
  deadline = 0;
  readonly ref: boolean;
  readonly target: TimerTarget;
  #timers: Timers | undefined = undefined;

  constructor(target: TimerTarget, ref = true) {
    this.target = target;
    this.ref = ref;
  }

  get pending(): boolean {
    return this.heapIndex >= 0;
  }

  /** Starts it, `seconds` from now; negative seconds act as zero, Infinity never fires. */
  start(seconds: number, timers: Timers = activeTimers): this {
    if (this.heapIndex >= 0) this.stop();
    this.#timers = timers;
    this.deadline = timers.clock.now() + (seconds > 0 ? seconds * 1000 : 0);
    this.order = started += 1;
    timers.add(this);
    return this;
  }

  stop(): void {
    if (this.heapIndex >= 0) this.#timers?.remove(this);
  }
}

/** The heap of one clock. */
export class Timers {
  readonly clock: Clock;
  readonly #heap: Heap<Timer> = new Heap(isBefore);
  /** Timers that keep the process alive. */
  #referenced = 0;
  /** For when the clock was last told to wake us. */
  #armedFor = Infinity;
  #refSyncArmed = false;

  constructor(clock: (timers: Timers) => Clock) {
    this.clock = clock(this);
  }

  /** How many timers run. */
  get size(): number {
    return this.#heap.size;
  }

  /** How many of them keep the process alive. */
  get referenced(): number {
    return this.#referenced;
  }

  /** The earliest deadline, or undefined. */
  get next(): number | undefined {
    return this.#heap.peek()?.deadline;
  }

  add(timer: Timer): void {
    this.#heap.push(timer);
    if (holdsLoop(timer)) this.#countReferences(1);
    if (timer.deadline < this.#armedFor) this.#arm(timer.deadline);
  }

  remove(timer: Timer): void {
    this.#heap.remove(timer);
    if (holdsLoop(timer)) this.#countReferences(-1);
  }

  /** Fires what is due. Called by the clock. */
  readonly fire = (): void => {
    this.#armedFor = Infinity;
    scheduler.runOnHub(() => {
      const now = this.clock.now();
      for (
        let first = this.#heap.peek();
        first !== undefined && first.deadline <= now;
        first = this.#heap.peek()
      ) {
        this.remove(first);
        tell(first.target);
      }
    });
    const first = this.#heap.peek();
    if (first !== undefined && first.deadline < this.#armedFor) this.#arm(first.deadline);
  };

  /** Stops every timer. */
  clear(): void {
    for (let first = this.#heap.peek(); first !== undefined; first = this.#heap.peek()) this.remove(first);
  }

  #arm(deadline: number): void {
    if (deadline === Infinity) return;
    this.#armedFor = deadline;
    this.clock.wakeAt(deadline);
    this.clock.setRef(this.#referenced > 0);
  }

  #countReferences(change: number): void {
    const before = this.#referenced;
    this.#referenced = before + change;
    if ((before === 0 || this.#referenced === 0) && !this.#refSyncArmed) {
      this.#refSyncArmed = true;
      // Later, once: a timeout that is started and cancelled in one go must not toggle the runtime's timer twice.
      microtask(() => {
        this.#refSyncArmed = false;
        this.clock.setRef(this.#referenced > 0);
      });
    }
  }
}

/** A timer that never fires is nothing to wait for. */
function holdsLoop(timer: Timer): boolean {
  return timer.ref && timer.deadline !== Infinity;
}

/** One that fails must not keep the others from firing. */
function tell(target: TimerTarget): void {
  try {
    target.onTimer();
  } catch (error) {
    reportUncaught(target, error);
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.deadline < b.deadline || (a.deadline === b.deadline && a.order < b.order);
}

/** The runtime's longest timer; longer waits are made of several. */
const LONGEST_MILLISECONDS = 2 ** 31 - 1;

class RuntimeClock implements Clock {
  readonly #fire: () => void;
  #handle: NodeJS.Timeout | undefined = undefined;
  #ref = true;

  constructor(timers: Timers) {
    this.#fire = () => {
      this.#handle = undefined;
      timers.fire();
    };
  }

  now(): number {
    return monotonic();
  }

  wakeAt(deadline: number): void {
    if (this.#handle !== undefined) clearTimeout(this.#handle);
    const milliseconds = Math.min(Math.max(Math.ceil(deadline - monotonic()), 1), LONGEST_MILLISECONDS);
    this.#handle = runOutside(() => setTimeout(this.#fire, milliseconds));
    this.#ref = true;
  }

  setRef(ref: boolean): void {
    if (this.#handle === undefined || ref === this.#ref) return;
    this.#ref = ref;
    if (ref) this.#handle.ref();
    else this.#handle.unref();
  }
}

const runtimeTimers: Timers = new Timers((timers) => new RuntimeClock(timers));
let activeTimers: Timers = runtimeTimers;

/** @internal The timers in force. */
export function currentTimers(): Timers {
  return activeTimers;
}

/** @internal Puts other timers in force (a virtual clock); answers those that were. */
export function replaceTimers(timers: Timers): Timers {
  const previous = activeTimers;
  activeTimers = timers;
  return previous;
}
