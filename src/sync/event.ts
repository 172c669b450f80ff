/** A flag that greenlets wait for. */
import { inspectAsText } from '../base/format.ts';
import { NO_OPTIONS, checkFunction, checkOptions } from '../base/check.ts';
import { Links } from '../core/links.ts';
import { type WaitLimit, checkTimeLimit, underLimit } from '../core/time-limit.ts';
import { passOn } from '../core/checkpoint.ts';
import { Waiter } from '../core/waiter.ts';

/**
 * A flag: `set()` raises it and wakes everybody who waits, `clear()` lowers it. gevent: `event.Event`.
 *
 * @example
 * const ready = new Event();
 * spawn(async () => { await ready.wait(); console.log('go'); });
 * ready.set();
 */
export class Event {
  #flag = false;
  readonly #links: Links = new Links('wait()', this);

  /** True while the flag is up. */
  isSet(): boolean {
    return this.#flag;
  }

  /** The same as {@link isSet}. */
  ready(): boolean {
    return this.#flag;
  }

  /** Raises the flag and wakes all who wait now, even if it is lowered before they run. Never parks. */
  set(): void {
    this.#flag = true;
    this.#links.notify(this, true);
  }

  /** Lowers the flag: later waits park again. Never parks. */
  clear(): void {
    this.#flag = false;
  }

  /**
   * Parks until the flag is up. Resolves to true; to false when `timeout` was over first. A flag that is up already
   * answers without a switch.
   */
  wait(options: WaitLimit = NO_OPTIONS): Promise<boolean> {
    checkOptions(options, 'Event.wait(options)');
    const limit = checkTimeLimit(options.timeout, 'Event.wait({ timeout })');
    if (this.#flag) {
      return passOn(true);
    }
    if (limit === undefined) return new Waiter<boolean>().park(this.#links);
    return underLimit(
      limit,
      (seconds) => new Waiter<boolean>().park(this.#links, { seconds, late: gaveUp }),
      gaveUp,
    );
  }

  /**
   * Calls `callback` with this event on the hub when the flag goes up, or in this turn when it is up; once, and it
   * must not wait. The same callback twice counts once. Never parks.
   */
  rawLink(callback: (source: this) => void): void {
    checkFunction(callback, 'Event.rawLink(callback)');
    if (!this.#links.has(callback)) this.#links.link(callback, callback);
    if (this.#flag) this.#links.notify(this, true);
  }

  /** Undoes {@link rawLink}; an unknown callback is ignored. */
  unlink(callback: (source: this) => void): void {
    checkFunction(callback, 'Event.unlink(callback)');
    this.#links.unlink(callback);
  }

  /** How many wait or are linked. */
  linkCount(): number {
    return this.#links.size;
  }

  toString(): string {
    return `<${this.constructor.name} ${this.#flag ? 'set' : 'clear'}>`;
  }
}
inspectAsText(Event);

function gaveUp(): boolean {
  return false;
}
