/**
 * Those who want to be told when something becomes ready: waiting greenlets, linked callbacks and the library's own
 * bookkeeping, in one list, and told in the order in which they came.
 *
 * Bookkeeping is done at once. Waiters and callbacks go to the ready queue, each on its own; a callback stays linked
 * until its turn comes, so that one before it may still remove it.
 */
import { callOnHub, runCallback } from './callback.ts';
import { type ReadyEntry, scheduler } from './scheduler.ts';
import type { Scope } from './scope.ts';
import { WaitList, WaitNode } from './wait-list.ts';
import { Waiter } from './waiter.ts';

/** @internal A linked callback, and for whom it stands. */
class LinkNode extends WaitNode {
  readonly receiver: unknown;
  readonly call: (source: never) => unknown;
  /** Makes the greenlet that the link runs in, in place of a call on the hub. */
  readonly prepare: PrepareLink | undefined;
  isScheduled = false;

  constructor(receiver: unknown, call: (source: never) => unknown, prepare: PrepareLink | undefined) {
    super();
    this.receiver = receiver;
    this.call = call;
    this.prepare = prepare;
  }
}

/** @internal Something that begins when its turn comes, or is called off. */
export interface PreparedLink extends ReadyEntry {
  callOff(): void;
}

/** @internal Answers undefined where the link is not wanted. */
export type PrepareLink = (source: never) => PreparedLink | undefined;

/** The place of a link in the ready queue. */
class LinkTurn implements ReadyEntry {
  readonly #node: LinkNode;
  readonly #links: Links;
  readonly #prepared: PreparedLink;

  constructor(node: LinkNode, links: Links, prepared: PreparedLink) {
    this.#node = node;
    this.#links = links;
    this.#prepared = prepared;
  }

  take(): Scope | undefined {
    if (this.#node.list !== this.#links) {
      this.#prepared.callOff();
      return undefined;
    }
    this.#links.remove(this.#node);
    return this.#prepared.take();
  }
}

/** @internal The library's own bookkeeping: told at once, in its place in the list. It must not run foreign code. */
export abstract class Bookmark extends WaitNode {
  abstract tell(source: unknown): void;
}

/** @internal */
export class Links extends WaitList {
  /** Adds a callback that stands for `receiver`. */
  link(receiver: unknown, call: (source: never) => unknown, prepare?: PrepareLink): void {
    this.add(new LinkNode(receiver, call, prepare));
  }

  /** Removes the first callback that stands for `receiver`. */
  unlink(receiver: unknown): void {
    const node = this.#find(receiver);
    if (node !== undefined) this.remove(node);
  }

  has(receiver: unknown): boolean {
    return this.#find(receiver) !== undefined;
  }

  unlinkAll(): void {
    for (const node of [...this]) if (node instanceof LinkNode) this.remove(node);
  }

  /** Tells everyone who is in the list now: callbacks get `source`, waits give `value`. */
  notify(source: unknown, value?: unknown): void {
    for (let node = this.first; node !== undefined;) {
      const { next } = node;
      if (node instanceof Waiter) node.switch(value);
      else if (node instanceof Bookmark) {
        this.remove(node);
        node.tell(source);
      } else this.#schedule(node as LinkNode, source);
      node = next;
    }
  }

  #schedule(node: LinkNode, source: unknown): void {
    if (node.isScheduled) return;
    node.isScheduled = true;
    if (node.prepare !== undefined) {
      const prepared = node.prepare(source as never);
      if (prepared === undefined) this.remove(node);
      else scheduler.push(new LinkTurn(node, this, prepared));
      return;
    }
    runCallback(() => {
      if (node.list !== this) return;
      this.remove(node);
      callOnHub(node.call, [source as never]);
    });
  }

  #find(receiver: unknown): LinkNode | undefined {
    for (const node of this) if (node instanceof LinkNode && node.receiver === receiver) return node;
    return undefined;
  }
}
