/**
 * Headers kept as the flat list they came in, or are to be sent in: `[name, value, name, value, ...]`.
 *
 *   list ──get, has, set, append, delete──► list
 *     └──iterated, or asked for something odd──► a real Headers, for good
 *
 * Whatever is not plain is left to the real class, so that what it does, and the errors it throws, are its own.
 */
import { inspectAsText } from '../base/format.ts';
import { inspect } from 'node:util';
import { passFor, realFetch } from './fetch-real.ts';

const NAME = /^[\w!#$%&'*+.^`|~-]+$/;

// What the standard allows and a response may carry: control characters are left to the real class.
const ODD_VALUE = /^[\t ]|[^\t\x20-\x7E\x80-\xFF]|[\t ]$/;

/** @internal A header that needs no second look. */
export function isPlainHeader(name: unknown, value: unknown): boolean {
  return typeof name === 'string' && typeof value === 'string' && NAME.test(name) && !ODD_VALUE.test(value);
}

/** @internal Where the header stands in a flat list, from `start` on; -1 when it does not. */
export function indexOfHeader(list: readonly string[], name: string, start = 0): number {
  const lower = name.toLowerCase();
  for (let index = start; index < list.length; index += 2) {
    const candidate = list[index] as string;
    if (candidate.length === lower.length && (candidate === lower || candidate.toLowerCase() === lower))
      return index;
  }
  return -1;
}

/** @internal The values of a header in a flat list, as one; null when there is none. */
export function valueOfHeader(list: readonly string[], name: string): string | null {
  let index = indexOfHeader(list, name);
  if (index < 0) return null;
  let value = list[index + 1] as string;
  while ((index = indexOfHeader(list, name, index + 2)) >= 0)
    value +=
      (name.length === 6 && name.toLowerCase() === 'cookie' ? '; ' : ', ') + (list[index + 1] as string);
  return value;
}

/** @internal Headers of a request that came, or of a light response. */
export class LightHeaders {
  #list: readonly string[];
  /** True when nobody else has the list. */
  #isOwn = false;
  #real: Headers | undefined = undefined;

  constructor(list: readonly string[]) {
    this.#list = list;
  }

  /** The flat list; undefined once a real object has taken over. */
  static listOf(headers: LightHeaders): readonly string[] | undefined {
    return headers.#real === undefined ? headers.#list : undefined;
  }

  static isLight(value: object): value is LightHeaders {
    return #list in value;
  }

  /** From now on these are the headers of a real request or response. */
  static handOver(headers: LightHeaders, real: Headers): void {
    headers.#real = real;
    headers.#list = [];
  }

  /** The real object that does what a list cannot; from now on it does everything. */
  static toReal(headers: LightHeaders): Headers {
    if (headers.#real === undefined) LightHeaders.handOver(headers, makeReal(headers.#list));
    return headers.#real as Headers;
  }

  get(name: string): string | null {
    if (this.#real !== undefined || !isName(name)) return ask(this, 'get', arguments);
    return valueOfHeader(this.#list, name);
  }

  has(name: string): boolean {
    if (this.#real !== undefined || !isName(name)) return ask(this, 'has', arguments);
    return indexOfHeader(this.#list, name) >= 0;
  }

  getSetCookie(): string[] {
    if (this.#real !== undefined) return this.#real.getSetCookie();
    const cookies: string[] = [];
    for (let index = -2; (index = indexOfHeader(this.#list, 'set-cookie', index + 2)) >= 0;)
      cookies.push(this.#list[index + 1] as string);
    return cookies;
  }

  set(name: string, value: string): void {
    if (this.#real !== undefined || !isPlainHeader(name, value)) return ask(this, 'set', arguments);
    const list = this.#writable();
    const index = indexOfHeader(list, name);
    if (index < 0) list.push(name, value);
    else {
      list[index + 1] = value;
      removeFrom(list, name, index + 2);
    }
  }

  append(name: string, value: string): void {
    if (this.#real !== undefined || !isPlainHeader(name, value)) ask(this, 'append', arguments);
    else this.#writable().push(name, value);
  }

  delete(name: string): void {
    if (this.#real !== undefined || !isName(name)) ask(this, 'delete', arguments);
    else if (indexOfHeader(this.#list, name) >= 0) removeFrom(this.#writable(), name, 0);
  }

  forEach(callback: (value: string, name: string, parent: Headers) => void, thisArg?: unknown): void {
    if (typeof callback !== 'function') return LightHeaders.toReal(this).forEach(callback, thisArg);
    for (const [name, value] of LightHeaders.toReal(this))
      callback.call(thisArg, value, name, this as unknown as Headers);
  }

  [Symbol.iterator](): IterableIterator<[string, string]> {
    return LightHeaders.toReal(this).entries();
  }

  #writable(): string[] {
    if (!this.#isOwn) {
      this.#list = [...this.#list];
      this.#isOwn = true;
    }
    return this.#list as string[];
  }
}
inspectAsText(LightHeaders, (headers, options) => inspect(LightHeaders.toReal(headers), options));

/** Has the real object answer, with as many arguments as there were. */
function ask<N extends 'get' | 'has' | 'set' | 'append' | 'delete'>(
  headers: LightHeaders,
  method: N,
  given: IArguments,
): ReturnType<Headers[N]> {
  const real = LightHeaders.toReal(headers);
  return Reflect.apply(real[method] as (...args: unknown[]) => ReturnType<Headers[N]>, real, given);
}

function isName(name: unknown): boolean {
  return typeof name === 'string' && NAME.test(name);
}

function removeFrom(list: string[], name: string, start: number): void {
  for (let index = start; (index = indexOfHeader(list, name, index)) >= 0;) list.splice(index, 2);
}

function makeReal(list: readonly string[]): Headers {
  const headers = new (realFetch().Headers)();
  for (let index = 0; index < list.length; index += 2)
    headers.append(list[index] as string, list[index + 1] as string);
  return headers;
}

/** @internal Makes light headers pass for real ones. */
export function linkHeaders(): void {
  passFor(LightHeaders.prototype, realFetch().Headers.prototype, LightHeaders.toReal as never);
}
