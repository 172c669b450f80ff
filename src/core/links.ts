/**
 * Those who want to be told when something becomes ready: waiting greenlets and linked callbacks, in one list, so
 * that they are told in the order in which they came.
 *
 * Waiters at the front are woken at once (they run when their turn in the ready queue comes), and the library's own
 * bookkeeping is done. From the first callback of a user's on, the rest is told by one hub callback, so that a callback may still remove those behind it.
 */
import { callOnHub, runCallback } from './callback.ts';
import { WaitList, WaitNode } from './wait-list.ts';
import { Waiter } from './waiter.ts';

/** @internal A linked callback, and for whom it stands. */
export class LinkNode extends WaitNode {
  readonly receiver: unknown;
  readonly call: (source: never) => unknown;
  /** The library's own bookkeeping: called at once, in its place in the list. */
  readonly isImmediate: boolean;

  constructor(receiver: unknown, call: (source: never) => unknown, isImmediate: boolean) {
    super();
    this.receiver = receiver;
    this.call = call;
    this.isImmediate = isImmediate;
  }
}

/** @internal */
export class Links extends WaitList {
  #upTo = 0;
  #isNotifying = false;

  /** Adds a callback that stands for `receiver`. */
  link(receiver: unknown, call: (source: never) => unknown, isImmediate = false): void {
    this.add(new LinkNode(receiver, call, isImmediate));
  }

  /** Removes the first callback that stands for `receiver`. */
  unlink(receiver: unknown): void {
    const node = this.find(receiver);
    if (node !== undefined) this.remove(node);
  }

  find(receiver: unknown): LinkNode | undefined {
    for (const node of this) if (node instanceof LinkNode && node.receiver === receiver) return node;
    return undefined;
  }

  unlinkAll(): void {
    for (const node of [...this]) if (node instanceof LinkNode) this.remove(node);
  }

  /** Tells everyone who is in the list now: callbacks get `source`, waits give `value`. */
  notify(source: unknown, value?: unknown): void {
    if (!this.#isNotifying) this.#tellFirst(source, value);
    if (this.last === undefined) return;
    this.#upTo = this.last.ticket;
    if (this.#isNotifying) return;
    this.#isNotifying = true;
    runCallback(() => this.#tellRest(source, value));
  }

  #tellFirst(source: unknown, value: unknown): void {
    for (let node = this.first; node !== undefined; node = this.first) {
      if (node instanceof Waiter) node.switch(value);
      else if (node instanceof LinkNode && node.isImmediate) {
        this.remove(node);
        node.call(source as never);
      } else return;
    }
  }

  #tellRest(source: unknown, value: unknown): void {
    for (let node = this.first; node !== undefined && node.ticket <= this.#upTo; node = this.first) {
      if (node instanceof Waiter) node.switch(value);
      else {
        this.remove(node);
        callOnHub((node as LinkNode).call, [source as never]);
      }
    }
    this.#isNotifying = false;
  }
}
