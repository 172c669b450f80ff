/** Arguments are checked at the call, before anything has happened: what was expected, and what came. */
import { describeValue } from './format.ts';

/** What a call without options has for them: one object, not one a call. */
export const NO_OPTIONS: Readonly<Record<string, never>> = Object.freeze({});

/** A class whose instances are errors, as `kill` and `Timeout` accept it beside an instance. */
export type ErrorClass = new (message?: string) => Error;

export function mismatch(name: string, expected: string, value: unknown): string {
  return `${name}: expected ${expected}, got ${describeValue(value)}`;
}

/** Any number of seconds but NaN and -Infinity; negative ones act as zero. */
export function checkSeconds(value: unknown, name: string): number {
  if (typeof value !== 'number') throw new TypeError(mismatch(name, 'a number of seconds', value));
  if (Number.isNaN(value) || value === -Infinity) {
    throw new RangeError(mismatch(name, 'a number of seconds', value));
  }
  return value;
}

// oxlint-disable-next-line typescript/no-unsafe-function-type -- any callable is accepted, its shape is the caller's affair
export function checkFunction(value: unknown, name: string): asserts value is Function {
  if (typeof value !== 'function') throw new TypeError(mismatch(name, 'a function', value));
}

export function checkInteger(value: unknown, name: string, least: number): number {
  if (typeof value !== 'number') throw new TypeError(mismatch(name, 'an integer', value));
  if (!Number.isInteger(value) || value < least) {
    throw new RangeError(mismatch(name, `an integer of at least ${least}`, value));
  }
  return value;
}

export function checkBoolean(value: unknown, name: string): boolean {
  if (typeof value !== 'boolean') throw new TypeError(mismatch(name, 'true or false', value));
  return value;
}

/** An option that is true, false or left out. */
export function checkFlag(value: unknown, name: string): void {
  if (value !== undefined) checkBoolean(value, name);
}

export function checkPromise(value: unknown, name: string): void {
  const isPromise =
    typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
  if (!isPromise) throw new TypeError(mismatch(name, 'a promise', value));
}

export function checkIterable<T>(value: unknown, name: string): asserts value is Iterable<T> {
  if (value === null || value === undefined || typeof value === 'string' || !isIterable(value)) {
    throw new TypeError(mismatch(name, 'an iterable', value));
  }
}

/** An options object, or nothing. */
export function checkOptions(value: unknown, name: string): void {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value) || value instanceof Error) {
    throw new TypeError(mismatch(name, 'an options object', value));
  }
}

/** An error, or a class of errors, of which an instance is made. */
export function checkError(value: unknown, name: string): Error {
  if (value instanceof Error) return value;
  if (isErrorClass(value)) return new value();
  throw new TypeError(mismatch(name, 'an Error or a class of errors', value));
}

export function isErrorClass(value: unknown): value is ErrorClass {
  return typeof value === 'function' && (value === Error || value.prototype instanceof Error);
}

function isIterable(value: object | unknown): boolean {
  return typeof (value as Partial<Iterable<unknown>>)[Symbol.iterator] === 'function';
}

/** True for what `await` would wait for. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}
