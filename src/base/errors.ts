/**
 * Every error class that carries no behaviour. Each has a `name` and a stable `code`.
 *
 * Python has `BaseException` beside `Exception`, so that a handler for ordinary errors lets a kill or a timeout
 * pass. JavaScript has one `catch`: ask {@link isInterrupt} there, and throw what is one again.
 */

/** Marks the classes whose instances are raised from outside into a waiting greenlet. */
const interrupt: unique symbol = Symbol('gevent.interrupt');

/** Errors of the user's own that were raised from outside, as in `g.kill(new MyError())`. */
const raisedFromOutside = new WeakSet<Error>();

/**
 * True for what was raised into a greenlet from outside: {@link GreenletExit}, `Timeout`, {@link LinkedExited},
 * {@link LoopExit}, and any error that was given to `kill`, `throw` or a `Timeout`.
 *
 * A handler of ordinary errors begins with `if (isInterrupt(error)) throw error`.
 */
export function isInterrupt(error: unknown): boolean {
  return error instanceof Error && (interrupt in error || raisedFromOutside.has(error));
}

/** @internal Called for each reason that is raised from outside. */
export function markInterrupt(reason: Error): void {
  if (!(interrupt in reason)) raisedFromOutside.add(reason);
}

/** @internal Gives a class its name and code, and says whether its instances are interrupts. */
export function nameErrorClass(
  errorClass: { prototype: Error },
  name: string,
  code: string,
  isInterrupting = false,
): void {
  const hidden = { writable: true, configurable: true, enumerable: false };
  Object.defineProperty(errorClass.prototype, 'name', { ...hidden, value: name });
  Object.defineProperty(errorClass.prototype, 'code', { ...hidden, value: code });
  if (isInterrupting) Object.defineProperty(errorClass.prototype, interrupt, { ...hidden, value: true });
}

/** A property that is there and not printed with the error. */
function hide(error: Error, name: string, value: unknown): void {
  Object.defineProperty(error, name, { value, writable: true, configurable: true, enumerable: false });
}

/**
 * Ends a greenlet silently: nothing is printed, the greenlet counts as successful, and the instance is its
 * value. What `kill()` raises by default. gevent: `GreenletExit`.
 */
export class GreenletExit extends Error {
  declare readonly code: string;

  constructor(message = 'killed', options?: ErrorOptions) {
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message, options);
    Error.stackTraceLimit = limit;
  }
}
nameErrorClass(GreenletExit, 'GreenletExit', 'GEVENT_GREENLET_EXIT', true);

/** Raised in a greenlet when one that it is linked to ends. gevent 0.13: `LinkedExited`. */
export class LinkedExited extends Error {
  declare readonly code: string;
  /** The greenlet that ended. */
  declare readonly source: unknown;

  constructor(source: unknown, message = `${String(source)} exited`, options?: ErrorOptions) {
    super(message, options);
    hide(this, 'source', source);
  }
}
nameErrorClass(LinkedExited, 'LinkedExited', 'GEVENT_LINKED_EXITED', true);

/** The linked greenlet returned a value. */
export class LinkedCompleted extends LinkedExited {
  constructor(source: unknown) {
    super(source, `${String(source)} completed successfully`);
  }
}
nameErrorClass(LinkedCompleted, 'LinkedCompleted', 'GEVENT_LINKED_COMPLETED', true);

/** The linked greenlet was killed: it ended with a {@link GreenletExit}. */
export class LinkedKilled extends LinkedExited {
  constructor(source: unknown) {
    super(source, `${String(source)} was killed`);
  }
}
nameErrorClass(LinkedKilled, 'LinkedKilled', 'GEVENT_LINKED_KILLED', true);

/** The linked greenlet failed; its error is the `cause`. */
export class LinkedFailed extends LinkedExited {
  constructor(source: unknown, cause: unknown) {
    super(source, `${String(source)} failed`, { cause });
  }
}
nameErrorClass(LinkedFailed, 'LinkedFailed', 'GEVENT_LINKED_FAILED', true);

/** Raised when the event loop has ended. gevent 0.13: `DispatchExit(code)`; today's name is {@link LoopExit}. */
export class DispatchExit extends Error {
  // The code of gevent's own DispatchExit: what dispatch() answered (1: no events are registered).
  readonly code: number | string;

  constructor(code: number | string = 1, message = `The event loop has ended (${code})`) {
    super(message);
    this.code = code;
  }
}
nameErrorClass(DispatchExit, 'DispatchExit', 'GEVENT_DISPATCH_EXIT', true);

/**
 * Raised in main when it waits for something that can never happen: nothing is left in the event loop. The
 * message names every greenlet that waits, what for, and where it was spawned.
 */
export class LoopExit extends DispatchExit {
  /** The hub whose loop ended. */
  declare readonly hub: unknown;
  /** A line for each wait that is still parked. */
  readonly handles: readonly string[];

  constructor(
    message = 'This operation would block forever',
    hub?: unknown,
    handles: readonly string[] = [],
  ) {
    super('GEVENT_LOOP_EXIT', message);
    hide(this, 'hub', hub);
    this.handles = handles;
  }
}
nameErrorClass(LoopExit, 'LoopExit', 'GEVENT_LOOP_EXIT', true);

/** The user asked the program to stop (Ctrl-C). Raised in a greenlet, it is passed to main. */
export class KeyboardInterrupt extends Error {
  declare readonly code: string;
}
nameErrorClass(KeyboardInterrupt, 'KeyboardInterrupt', 'GEVENT_KEYBOARD_INTERRUPT', true);

/** The program asks to exit. Raised in a greenlet, it is passed to main and not printed. */
export class SystemExit extends Error {
  /** The exit code asked for. */
  readonly code: number;

  constructor(code = 0) {
    super(`exit with code ${code}`);
    this.code = code;
  }
}
nameErrorClass(SystemExit, 'SystemExit', 'GEVENT_SYSTEM_EXIT', true);

/** A call that waits was made on the hub itself, in a `rawLink` or `runCallback` callback. */
export class BlockingSwitchOutError extends Error {
  declare readonly code: string;
}
nameErrorClass(BlockingSwitchOutError, 'BlockingSwitchOutError', 'GEVENT_BLOCKING_SWITCH_OUT');

/** A waiting greenlet was woken by somebody who had no business to. */
export class InvalidSwitchError extends Error {
  declare readonly code: string;
}
nameErrorClass(InvalidSwitchError, 'InvalidSwitchError', 'GEVENT_INVALID_SWITCH');

/** Two greenlets use at once what only one may use at a time. */
export class ConcurrentObjectUseError extends Error {
  declare readonly code: string;
}
nameErrorClass(ConcurrentObjectUseError, 'ConcurrentObjectUseError', 'GEVENT_CONCURRENT_USE');

/** An object was used from a thread that it does not belong to. */
export class InvalidThreadUseError extends Error {
  declare readonly code: string;
}
nameErrorClass(InvalidThreadUseError, 'InvalidThreadUseError', 'GEVENT_INVALID_THREAD');

/** The hub was destroyed while something still waited on it. */
export class HubDestroyed extends GreenletExit {
  constructor(message = 'the hub was destroyed') {
    super(message);
  }
}
nameErrorClass(HubDestroyed, 'HubDestroyed', 'GEVENT_HUB_DESTROYED', true);

/** An attribute that a greenlet-local object does not have in this greenlet. Python: `AttributeError`. */
export class AttributeError extends Error {
  declare readonly code: string;
}
nameErrorClass(AttributeError, 'AttributeError', 'GEVENT_ATTRIBUTE');

/** The queue has no room. gevent: `queue.Full`. */
export class Full extends Error {
  declare readonly code: string;

  constructor(message = 'queue is full') {
    super(message);
  }
}
nameErrorClass(Full, 'Full', 'GEVENT_QUEUE_FULL');

/** The queue has no item. gevent: `queue.Empty`. */
export class Empty extends Error {
  declare readonly code: string;

  constructor(message = 'queue is empty') {
    super(message);
  }
}
nameErrorClass(Empty, 'Empty', 'GEVENT_QUEUE_EMPTY');

/** The queue was shut down. gevent: `queue.ShutDown`. */
export class ShutDown extends Error {
  declare readonly code: string;

  constructor(message = 'queue is shut down') {
    super(message);
  }
}
nameErrorClass(ShutDown, 'ShutDown', 'GEVENT_QUEUE_SHUT_DOWN');

/** The pool has no free slot. gevent: `pool.PoolFull`. */
export class PoolFull extends Full {
  constructor(message = 'pool is full') {
    super(message);
  }
}
nameErrorClass(PoolFull, 'PoolFull', 'GEVENT_POOL_FULL');
