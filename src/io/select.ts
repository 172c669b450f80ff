/** `select`: waiting until some of several things are ready. */
import { checkIterable } from '../base/check.ts';
import { type TimeLimit, underLimit } from '../core/time-limit.ts';
import { NOT_YET } from '../core/wait-options.ts';
import { type Pollable, sourceOf } from './pollable.ts';
import { checkWaitLimit } from './wait-limit.ts';
import { FAILURE, READ, WRITE, Watch, WatchSet } from './watch-set.ts';

/** What {@link select} answers: those of each list that are ready. */
export type SelectResult<R, W, X> = [readable: R[], writable: W[], failed: X[]];

/**
 * Parks until at least one of the things is ready, and answers the ready ones of each list, as they were given, in
 * the order of the lists. When the time is up: three empty lists. gevent: `select.select`.
 *
 * - `rlist`: those of which a read, or an accept, would not park: data is there, or the end, or an error
 * - `wlist`: those to which a write would not park
 * - `xlist`: those in a state of error, which their next call will raise
 *
 * Nothing is read or written. A thing is ready as long as it stays so: call again, and it is answered again. What
 * another greenlet received before this one went on is not there any more, and not answered. Of a stream of Node's
 * that ended or was destroyed a call would not park: it is ready. A stream that flows cannot be in `rlist`.
 *
 * @param timeout in seconds. 0 looks once, after a turn of the event loop; left out, it waits for ever
 * @throws {TypeError | RangeError} something that cannot be waited for, or a negative time
 * @throws {SocketError} EBADF: one of them is closed, or is closed while it waits. EPERM: the descriptor of a file or
 * a device; EOPNOTSUPP: of a datagram socket that is not ours
 * @throws {ConcurrentObjectUseError} a stream in `rlist` flows to `'data'` listeners
 * @example
 * const [readable] = await select([sock, process.stdin], [], [], 5);
 * for (const ready of readable) console.log(`something has come from ${ready}`);
 */
export function select<R extends Pollable = never, W extends Pollable = never, X extends Pollable = never>(
  rlist: Iterable<R>,
  wlist: Iterable<W>,
  xlist: Iterable<X>,
  timeout?: TimeLimit,
): Promise<SelectResult<R, W, X>> {
  const limit = checkWaitLimit(timeout, 'select(timeout)');
  const set = new WatchSet<Pollable>('select()');
  const readers = watchAll(rlist, 'rlist', READ, set);
  const writers = watchAll(wlist, 'wlist', WRITE, set);
  const failing = watchAll(xlist, 'xlist', FAILURE, set);
  const nothing = (): SelectResult<R, W, X> => [[], [], []];
  const find = (): SelectResult<R, W, X> | typeof NOT_YET => {
    const found: SelectResult<R, W, X> = [readyOf(readers), readyOf(writers), readyOf(failing)];
    return found.some((list) => list.length > 0) ? found : NOT_YET;
  };
  return underLimit(limit, (seconds) => set.wait(find, nothing, seconds), nothing);
}

function watchAll<T extends Pollable>(
  list: Iterable<T>,
  name: string,
  wants: number,
  set: WatchSet<Pollable>,
): Watch<T>[] {
  checkIterable<T>(list, `select(${name})`);
  return Array.from(list, (target, index) => {
    const watch = new Watch(target, sourceOf(target, `select(${name}[${index}])`, wants === READ), wants);
    set.add(watch);
    return watch;
  });
}

function readyOf<T>(watches: readonly Watch<T>[]): T[] {
  const ready: T[] = [];
  for (const watch of watches) if (watch.readyIfOpen !== 0) ready.push(watch.item);
  return ready;
}
