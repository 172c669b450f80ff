/** Values, durations and call sites as short text for messages. */
import { inspect } from 'node:util';

/** Has `console.log` and `util.inspect` show the instances of a class as their text, and not as their fields. */
export function inspectAsText<T extends object>(
  theClass: { readonly prototype: T },
  text: (instance: T, options: object) => string = String,
): void {
  Object.defineProperty(theClass.prototype, inspect.custom, {
    value(this: T, _depth: number, options: object): string {
      return text(this, options);
    },
    writable: true,
    configurable: true,
  });
}

const MAX_VALUE_LENGTH = 60;

/** A value in a few words, for "expected …, got …". */
export function describeValue(value: unknown): string {
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  return shorten(inspect(value, { depth: 0, breakLength: Infinity, maxStringLength: 40, maxArrayLength: 5 }));
}

/** `1 second`, `0.5 seconds`. */
export function formatSeconds(seconds: number): string {
  return `${seconds} second${seconds === 1 ? '' : 's'}`;
}

/** `worker('a', 1)`: a call as it was written, arguments shortened. */
export function formatCall(name: string, args: readonly unknown[]): string {
  return `${name}(${args.map(describeValue).join(', ')})`;
}

/** The class of an error as its author named it: its own name, or that of its class where none was set. */
export function errorName(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  return error.name === 'Error' ? error.constructor.name || 'Error' : error.name;
}

/** The error's stack or, where it has none, its text. */
export function errorText(error: unknown): string {
  if (error instanceof Error && typeof error.stack === 'string' && error.stack !== '') return error.stack;
  return inspect(error);
}

function shorten(text: string): string {
  const line = text.replace(/\s*\n\s*/g, ' ');
  return line.length > MAX_VALUE_LENGTH ? `${line.slice(0, MAX_VALUE_LENGTH - 1)}…` : line;
}

/** @internal `[class, error, stack]`: an error as Python's `exc_info`. */
export function errorTriple(error: unknown): readonly unknown[] {
  return error instanceof Error ? [error.constructor, error, error.stack] : [typeof error, error, undefined];
}
