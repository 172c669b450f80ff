// Values of every kind, and which of them are wrong where.
class SomeClass {}

/** One value of every kind that JavaScript has. */
export const every: readonly unknown[] = [
  undefined,
  null,
  true,
  0,
  1,
  -1,
  1.5,
  NaN,
  Infinity,
  -Infinity,
  '',
  '1',
  1n,
  Symbol('symbol'),
  {},
  [1],
  new Date(0),
  new Map(),
  Promise.resolve(1),
  new Error('an error'),
  Error,
  SomeClass,
  function named() {},
  () => {},
];

export function except(isFine: (value: unknown) => boolean): readonly unknown[] {
  return every.filter((value) => !isFine(value));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

const isFunction = (value: unknown): boolean => typeof value === 'function';
const isIterable = (value: unknown): boolean => isObject(value) && Symbol.iterator in value;
const isNumber = (value: unknown): boolean => typeof value === 'number' && !Number.isNaN(value);
const isSeconds = (value: unknown): boolean => isNumber(value) && value !== -Infinity;
const isIntegerFrom = (value: unknown, least: number): boolean =>
  Number.isInteger(value) && Number(value) >= least;
const isError = (value: unknown): boolean => value instanceof Error;
const isErrorOrClass = (value: unknown): boolean => isError(value) || value === Error;

/** With undefined, for parameters that may not be left out. */
export const notFunction: readonly unknown[] = except(isFunction);
export const notSeconds: readonly unknown[] = except(isSeconds);
export const notIterable: readonly unknown[] = except(isIterable);
export const notGreenlet: readonly unknown[] = except(() => false);
export const notPromise: readonly unknown[] = except((value) => value instanceof Promise);
export const notString: readonly unknown[] = except((value) => typeof value === 'string');
export const notBoolean: readonly unknown[] = except((value) => typeof value === 'boolean');
export const notError: readonly unknown[] = except(isError);
export const notScope: readonly unknown[] = except(() => false);
export const notWaitable: readonly unknown[] = except(() => false);
export const notInteger = (least: number): readonly unknown[] =>
  except((value) => isIntegerFrom(value, least));
export const notPositive: readonly unknown[] = except((value) => isNumber(value) && Number(value) > 0);
export const notDeadline: readonly unknown[] = [
  ...except((value) => isSeconds(value) || value instanceof Date),
  new Date(NaN),
];
export const notOneOf = (...values: readonly unknown[]): readonly unknown[] =>
  except((value) => values.includes(value));

/** Without undefined, which leaves an optional parameter out. */
export const optional = (bad: readonly unknown[]): readonly unknown[] =>
  bad.filter((value) => value !== undefined);

export const notOptions: readonly unknown[] = optional(
  except((value) => isObject(value) && !Array.isArray(value) && !isError(value)),
);
export const notFlag: readonly unknown[] = optional(notBoolean);
export const notLimit: readonly unknown[] = optional(notSeconds);
/** Queues take no negative time either. */
export const notQueueLimit: readonly unknown[] = optional(
  except((value) => isSeconds(value) && Number(value) >= 0),
);
/** What `kill` takes as its exception; an object on its own is read as the options. */
export const notKillException: readonly unknown[] = optional(except((value) => isErrorOrClass(value)));
export const notKillFirst: readonly unknown[] = notKillException.filter((value) => !isObject(value));
export const notTimeoutException: readonly unknown[] = optional(
  except((value) => isErrorOrClass(value) || typeof value === 'string'),
);
/** What `link` takes; left out, it is the current greenlet. */
export const notReceiver: readonly unknown[] = optional(notFunction);
/** A queue's bound: any negative number, and Infinity, mean none. */
export const notMaxsize: readonly unknown[] = optional(
  except((value) => Number.isInteger(value) || value === Infinity),
);
export const notArray: readonly unknown[] = optional(except((value) => Array.isArray(value)));
export const notSeeds: readonly unknown[] = optional(
  except((value) => isIntegerFrom(value, 1) || isIterable(value)),
);
