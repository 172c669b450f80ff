/** Starting greenlets. */
import { checkError, checkFunction, type ErrorClass, mismatch } from '../base/check.ts';
import { GreenletExit } from '../base/errors.ts';
import { runCallback } from './callback.ts';
import { Greenlet } from './greenlet.ts';
import { RawGreenlet } from './raw-greenlet.ts';

/**
 * Starts `fn(...args)` in a greenlet of its own. It runs when the caller parks, after those spawned before. Never
 * parks. gevent: `spawn`.
 *
 * @throws {TypeError} `fn` is not a function
 * @example
 * const g = spawn(async (name: string) => { await sleep(0.1); return `hello ${name}`; }, 'world');
 * console.log(await g.get());
 */
export function spawn<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Greenlet<Awaited<R>> {
  checkFunction(fn, 'spawn(fn)');
  // What Greenlet.spawn does, with one copy of the arguments less.
  const greenlet = new Greenlet<Awaited<R>>(fn as (...args: A) => Promise<Awaited<R>>, ...args);
  greenlet.start();
  return greenlet;
}

/** As {@link spawn}, starting in `seconds`, in a later turn of the event loop. Never parks. gevent: `spawn_later`. */
export function spawnLater<A extends unknown[], R>(
  seconds: number,
  fn: (...args: A) => R,
  ...args: A
): Greenlet<Awaited<R>> {
  return Greenlet.spawnLater(seconds, fn, ...args);
}

/** Starts `fn(...args)` in a raw greenlet: cheaper, and without links, `get` and `join`. Never parks. gevent: `spawn_raw`. */
export function spawnRaw<A extends unknown[]>(fn: (...args: A) => unknown, ...args: A): RawGreenlet {
  checkFunction(fn, 'spawnRaw(fn)');
  const greenlet = new RawGreenlet(fn, args);
  greenlet.start();
  return greenlet;
}

/** {@link spawn}, and `link()` to the current greenlet: its end, whatever it is, raises LinkedExited here. */
export function spawnLink<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): Greenlet<Awaited<R>> {
  const greenlet = spawn(fn, ...args);
  greenlet.link();
  return greenlet;
}

/** {@link spawn}, and `linkValue()` to the current greenlet: its success raises LinkedCompleted here. */
export function spawnLinkValue<A extends unknown[], R>(
  fn: (...args: A) => R,
  ...args: A
): Greenlet<Awaited<R>> {
  const greenlet = spawn(fn, ...args);
  greenlet.linkValue();
  return greenlet;
}

/** {@link spawn}, and `linkException()` to the current greenlet: its failure raises LinkedFailed here. */
export function spawnLinkException<A extends unknown[], R>(
  fn: (...args: A) => R,
  ...args: A
): Greenlet<Awaited<R>> {
  const greenlet = spawn(fn, ...args);
  greenlet.linkException();
  return greenlet;
}

/**
 * Raises `exception` in a greenlet of any kind, main and raw ones too. Never parks, and does not wait for the end.
 * gevent: `kill`.
 */
export function kill(greenlet: RawGreenlet, exception: Error | ErrorClass = GreenletExit): void {
  if (!(greenlet instanceof RawGreenlet))
    throw new TypeError(mismatch('kill(greenlet)', 'a greenlet', greenlet));
  const reason = checkError(exception, 'kill(exception)');
  if (greenlet instanceof Greenlet) greenlet.kill(reason, { block: false });
  else if (greenlet.started) runCallback(() => greenlet.throw(reason));
  else greenlet.throw(reason);
}
