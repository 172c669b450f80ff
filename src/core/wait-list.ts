/**
 * Those who wait for one thing, in the order in which they came: an intrusive doubly linked list, so that a
 * waiter that is killed or timed out leaves in O(1), whatever its place.
 *
 *   list.first ─► [ticket 3] ⇄ [ticket 5] ⇄ [ticket 6] ◄─ list.last
 *
 * A ticket is drawn once. A waiter that was woken and found that somebody else had been quicker goes back to the
 * place that its ticket says.
 */
export abstract class WaitNode {
  /** @internal */
  list: WaitList | undefined = undefined;
  /** @internal */
  previous: WaitNode | undefined = undefined;
  /** @internal */
  next: WaitNode | undefined = undefined;
  /** @internal */
  ticket = 0;
}

let tickets = 0;

/** @internal */
export class WaitList {
  first: WaitNode | undefined = undefined;
  last: WaitNode | undefined = undefined;
  size = 0;
  readonly #call: string;
  readonly #owner: { toString(): string } | undefined;

  /**
   * @param call the call that waits here, as text
   * @param owner what it waits for
   */
  constructor(call: string, owner?: { toString(): string }) {
    this.#call = call;
    this.#owner = owner;
  }

  /** What is waited for, as text: asked for by LoopExit and the tree dump alone. */
  describe(): string {
    return this.#owner === undefined ? this.#call : `${this.#call} of ${this.#owner.toString()}`;
  }

  /** Adds a node at the place of its ticket: at the end, unless it was here before. */
  add(node: WaitNode): void {
    if (node.ticket === 0) node.ticket = tickets += 1;
    let after = this.last;
    // Whoever comes back was woken at the front, and goes back there: seldom is there a walk.
    if (this.first !== undefined && this.first.ticket > node.ticket) after = undefined;
    while (after !== undefined && after.ticket > node.ticket) after = after.previous;
    const before = after === undefined ? this.first : after.next;
    node.list = this;
    node.previous = after;
    node.next = before;
    if (after === undefined) this.first = node;
    else after.next = node;
    if (before === undefined) this.last = node;
    else before.previous = node;
    this.size += 1;
  }

  remove(node: WaitNode): void {
    const { previous, next } = node;
    if (previous === undefined) this.first = next;
    else previous.next = next;
    if (next === undefined) this.last = previous;
    else next.previous = previous;
    node.list = undefined;
    node.previous = undefined;
    node.next = undefined;
    this.size -= 1;
  }

  *[Symbol.iterator](): Generator<WaitNode> {
    for (let node = this.first; node !== undefined; node = node.next) yield node;
  }
}
