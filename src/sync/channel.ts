/** A queue without room: every item goes from hand to hand. */
import { mismatch } from '../base/check.ts';
import { SimpleQueue } from './simple-queue.ts';

/**
 * `put` parks until a receiver has taken the item. gevent: `queue.Channel`.
 *
 * @example
 * const channel = new Channel<number>();
 * spawn(async () => { await channel.put(1); console.log('taken'); });
 * console.log(await channel.get());
 */
export class Channel<T = unknown> extends SimpleQueue<T> {
  /** @param maxsize 1, which is what gevent's takes and all it takes */
  constructor(maxsize = 1) {
    if (maxsize !== 1) throw new RangeError(mismatch('Channel(maxsize)', '1', maxsize));
    super(0);
  }

  /** Putters minus getters in waiting. */
  get balance(): number {
    return this.waitingPutters - this.waitingGetters;
  }

  override copy(): this {
    throw new TypeError('Cannot copy a Channel: it holds nothing');
  }
}
