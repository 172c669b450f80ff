/** What can be asked, and told, whether it is ready: what `select` and `waitRead` work on. */

/** Called when something may have become ready, or with the error that cancels the wait. */
export type ReadyCallback = (error?: Error) => void;

/**
 * Something that says whether it is ready: sockets do, and an object of yours that has these members can be given
 * to `select`, `poll`, selectors and `waitRead` as well. They call {@link watch} when a wait begins and
 * {@link unwatch} when it ends, however it ends.
 */
export interface Watchable {
  /** A read, or an accept, would not park: data, the end, or an error is there. */
  readonly isReadable: boolean;
  /** A write would not park. */
  readonly isWritable: boolean;
  /** It is in a state of error, which the next call will raise. */
  readonly hasFailed: boolean;
  /** It is over in both directions. Left out: false. */
  readonly isHungUp?: boolean;
  /**
   * Calls `callback` whenever one of them may have become true, until {@link unwatch}.
   *
   * @param isForReading what is waited for is a read: something that arrives only if it is asked for is asked for
   */
  watch(callback: ReadyCallback, isForReading?: boolean): void;
  unwatch(callback: ReadyCallback): void;
  /** Wakes everybody who waits here with an error. */
  cancelWaits(error: Error): void;
}

/** @internal What a wait is made on. */
export interface Source {
  /** Nobody can wait here any more. */
  readonly closed: boolean;
  /** What is watched; a socket has another one once it is connected. */
  readonly watchable: Watchable;
  /** Told that a wait begins, and that it has ended. */
  hold?(): void;
  release?(): void;
}

/** @internal Those who watch one thing. */
export class Watchers {
  // Most things are never watched: the set is made for the first one.
  #callbacks: Set<ReadyCallback> | undefined = undefined;

  get size(): number {
    return this.#callbacks?.size ?? 0;
  }

  add(callback: ReadyCallback): void {
    this.#callbacks ??= new Set();
    this.#callbacks.add(callback);
  }

  remove(callback: ReadyCallback): void {
    this.#callbacks?.delete(callback);
  }

  notify(error?: Error): void {
    if (this.#callbacks === undefined) return;
    for (const callback of [...this.#callbacks]) callback(error);
  }
}
