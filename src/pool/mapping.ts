/** Calling functions in a group of greenlets: the `apply` and `map` family. */
import { checkFunction, checkInteger, checkIterable, mismatch } from '../base/check.ts';
import type { Greenlet } from '../core/greenlet.ts';
import { getCurrent } from '../core/main-greenlet.ts';
import { spawn } from '../core/spawn.ts';
import { IMap, IMapUnordered, type StartMember, type TryStartMember } from './imap.ts';

/** How far `imap` runs ahead of its reader. */
export interface IMapOptions {
  /** How many finished results may wait to be read before no further call is started. Default: any number. */
  maxsize?: number | undefined;
}

/** The functions that Group and Pool share. gevent: `GroupMappingMixin`. */
export abstract class GroupMapping {
  /** True when no further member fits in. */
  abstract full(): boolean;

  /** True when the greenlet is a member. */
  abstract has(greenlet: unknown): boolean;

  /** @internal Never parks, and leaves a pending interruption to the next wait. */
  protected abstract tryStartMember: TryStartMember;

  /** @internal */
  protected abstract startMember: StartMember;

  /**
   * Runs `fn(...args)` as a member and resolves to its result. Parks for a slot and for the result. Called by a member
   * it runs in place, so that a full pool does not wait for itself.
   *
   * @throws what `fn` throws
   */
  apply<A extends unknown[], R>(fn: (...args: A) => R, args?: A): Promise<Awaited<R>> {
    checkCall(fn, args, 'apply');
    return this.#apply(fn, args);
  }

  async #apply<A extends unknown[], R>(fn: (...args: A) => R, args: A | undefined): Promise<Awaited<R>> {
    const list = args ?? ([] as unknown as A);
    if (this.has(getCurrent())) return await fn(...list);
    const member = await this.startMember(fn, list, false);
    return (await member.get()) as Awaited<R>;
  }

  /** As {@link apply}, and calls `callback` with the result. */
  applyCb<A extends unknown[], R>(
    fn: (...args: A) => R,
    args?: A,
    callback?: (value: Awaited<R>) => unknown,
  ): Promise<Awaited<R>> {
    checkCall(fn, args, 'applyCb', callback);
    return tellResult(this.apply(fn, args), callback);
  }

  /** Starts {@link applyCb} in a greenlet, which it answers at once. Never parks. */
  applyAsync<A extends unknown[], R>(
    fn: (...args: A) => R,
    args?: A,
    callback?: (value: Awaited<R>) => unknown,
  ): Greenlet<Awaited<R>> {
    checkCall(fn, args, 'applyAsync', callback);
    const member = this.tryStartMember(fn, args ?? [], false);
    if (member === undefined) return spawn(async () => await this.applyCb(fn, args, callback));
    if (callback !== undefined) member.linkValue((source) => callback(source.value as Awaited<R>));
    return member as Greenlet<Awaited<R>>;
  }

  /**
   * Calls `fn` with each item, as members, and resolves to the results in the order of the items. Several iterables are
   * zipped to the shortest. Parks. A failure is raised when its turn comes; the other calls go on.
   *
   * @throws the failure of the lowest index
   * @example
   * const pages = await new Pool(10).map(download, urls);
   */
  map<A, R>(fn: (item: A) => R, items: Iterable<A>): Promise<Awaited<R>[]>;
  map<A, B, R>(
    fn: (first: A, second: B) => R,
    first: Iterable<A>,
    second: Iterable<B>,
  ): Promise<Awaited<R>[]>;
  map<A, B, C, R>(
    fn: (first: A, second: B, third: C) => R,
    first: Iterable<A>,
    second: Iterable<B>,
    third: Iterable<C>,
  ): Promise<Awaited<R>[]>;
  map<R>(fn: (...items: never[]) => R, ...iterables: Iterable<unknown>[]): Promise<Awaited<R>[]> {
    checkIterables(fn, iterables, 'map');
    return new IMap<Awaited<R>>(this.startMember, fn, iterables, undefined).collect();
  }

  /** As {@link map}, and calls `callback` with the list. */
  mapCb<A, R>(
    fn: (item: A) => R,
    items: Iterable<A>,
    callback?: (results: Awaited<R>[]) => unknown,
  ): Promise<Awaited<R>[]> {
    checkIterables(fn, [items], 'mapCb', callback);
    return tellResult(this.map(fn, items), callback);
  }

  /** Starts {@link mapCb} in a greenlet, which it answers at once. Killing that leaves the calls it started alone. Never parks. */
  mapAsync<A, R>(
    fn: (item: A) => R,
    items: Iterable<A>,
    callback?: (results: Awaited<R>[]) => unknown,
  ): Greenlet<Awaited<R>[]> {
    checkIterables(fn, [items], 'mapAsync', callback);
    return spawn(async () => await this.mapCb(fn, items, callback));
  }

  /**
   * The results of {@link map} one by one, in the order of the items, each as soon as it and those before it are there.
   * An error is raised at its own place, and `next()` goes on behind it. Calls are started when the first result is
   * asked for; leaving the loop starts no more. An options object may stand last.
   *
   * @example
   * for await (const page of pool.imap(download, urls, { maxsize: 20 })) console.log(page.length);
   */
  imap<A, R>(fn: (item: A) => R, items: Iterable<A>, options?: IMapOptions): IMap<Awaited<R>>;
  imap<A, B, R>(
    fn: (first: A, second: B) => R,
    first: Iterable<A>,
    second: Iterable<B>,
    options?: IMapOptions,
  ): IMap<Awaited<R>>;
  imap<R>(
    fn: (...items: never[]) => R,
    ...rest: (Iterable<unknown> | IMapOptions | undefined)[]
  ): IMap<Awaited<R>> {
    const { iterables, maxsize } = splitOptions(fn, rest, 'imap');
    return new IMap<Awaited<R>>(this.startMember, fn, iterables, maxsize);
  }

  /** As {@link imap}, in the order in which the calls end. gevent: `imap_unordered`. */
  imapUnordered<A, R>(
    fn: (item: A) => R,
    items: Iterable<A>,
    options?: IMapOptions,
  ): IMapUnordered<Awaited<R>>;
  imapUnordered<A, B, R>(
    fn: (first: A, second: B) => R,
    first: Iterable<A>,
    second: Iterable<B>,
    options?: IMapOptions,
  ): IMapUnordered<Awaited<R>>;
  imapUnordered<R>(
    fn: (...items: never[]) => R,
    ...rest: (Iterable<unknown> | IMapOptions | undefined)[]
  ): IMapUnordered<Awaited<R>> {
    const { iterables, maxsize } = splitOptions(fn, rest, 'imapUnordered');
    return new IMapUnordered<Awaited<R>>(this.startMember, fn, iterables, maxsize);
  }
}

async function tellResult<R>(result: Promise<R>, callback: ((result: R) => unknown) | undefined): Promise<R> {
  const value = await result;
  await callback?.(value);
  return value;
}

function checkCall(fn: unknown, args: unknown, name: string, callback?: unknown): void {
  checkFunction(fn, `${name}(fn)`);
  if (args !== undefined && !Array.isArray(args))
    throw new TypeError(mismatch(`${name}(args)`, 'an array of arguments', args));
  if (callback !== undefined) checkFunction(callback, `${name}(callback)`);
}

function checkIterables(fn: unknown, iterables: readonly unknown[], name: string, callback?: unknown): void {
  checkFunction(fn, `${name}(fn)`);
  if (iterables.length === 0) throw new TypeError(`${name}(items): expected an iterable, got nothing`);
  for (const iterable of iterables) checkIterable(iterable, `${name}(items)`);
  if (callback !== undefined) checkFunction(callback, `${name}(callback)`);
}

function splitOptions(
  fn: unknown,
  rest: readonly (Iterable<unknown> | IMapOptions | undefined)[],
  name: string,
): { iterables: Iterable<unknown>[]; maxsize: number | undefined } {
  const last = rest.at(-1);
  const hasOptions = typeof last === 'object' && last !== null && !(Symbol.iterator in last);
  const iterables = (
    hasOptions ? rest.slice(0, -1) : rest.filter((item) => item !== undefined)
  ) as Iterable<unknown>[];
  checkIterables(fn, iterables, name);
  const maxsize = hasOptions ? last.maxsize : undefined;
  return {
    iterables,
    maxsize: maxsize === undefined ? undefined : checkInteger(maxsize, `${name}({ maxsize })`, 1),
  };
}
