/** What can be asked, and told, whether it is ready: what `select` and `waitRead` work on. */

/** Called when something may have become ready, or with the error that cancels the wait. */
export type ReadyCallback = (error?: Error) => void;

/** A socket, a listener, or a stream, seen by those who wait until it is ready. */
export interface Watchable {
  /** A read, or an accept, would not park: data, the end, or an error is there. */
  readonly isReadable: boolean;
  /** A write would not park. */
  readonly isWritable: boolean;
  /** It is in a state of error, which the next call will raise. */
  readonly hasFailed: boolean;
  /** Calls `callback` whenever one of them may have become true, until {@link unwatch}. */
  watch(callback: ReadyCallback): void;
  unwatch(callback: ReadyCallback): void;
  /** Wakes everybody who waits here with an error. */
  cancelWaits(error: Error): void;
}

/** @internal Those who watch one thing. */
export class Watchers {
  // Most things are never watched: the set is made for the first one.
  #callbacks: Set<ReadyCallback> | undefined = undefined;

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
