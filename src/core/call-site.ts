/**
 * Where something was started, for the messages that a person reads when a program hangs.
 *
 * Walking the stack costs ten times a spawn, so by default only some spawns pay for it: the first 64 of each second.
 * The second begins with the first of them, and when they are used up, the clock says whether it is over. Reading it
 * costs as much as a spawn, so skipped spawns look ever more seldom: the first, second, fourth, ..., 256th, and then
 * every 256th. A small program has all its places, a busy server loses nothing measurable.
 */
import { config } from '../base/config.ts';
import { monotonic } from '../base/native.ts';

const BUDGET = 64;
const WINDOW_MILLISECONDS = 1000;
const SKIPS_BETWEEN_CLOCK_READS = 256;

/** @internal Up to 64 takes a second. */
export class SiteBudget {
  #left = BUDGET;
  #skipped = 0;
  #begunAt = 0;
  readonly #clock: () => number;

  constructor(clock: () => number) {
    this.#clock = clock;
  }

  take(): boolean {
    if (this.#left === 0 && !this.#isRefilled()) return false;
    if (this.#left === BUDGET) this.#begunAt = this.#clock();
    this.#left -= 1;
    return true;
  }

  #isRefilled(): boolean {
    this.#skipped += 1;
    const skipped = this.#skipped;
    const isLook =
      skipped < SKIPS_BETWEEN_CLOCK_READS
        ? (skipped & (skipped - 1)) === 0
        : skipped % SKIPS_BETWEEN_CLOCK_READS === 0;
    if (!isLook) return false;
    if (this.#clock() - this.#begunAt < WINDOW_MILLISECONDS) return false;
    this.#skipped = 0;
    this.#left = BUDGET;
    return true;
  }
}

const siteBudget = new SiteBudget(monotonic);

/** A place in a program: the stack of a call, innermost frame first. */
export class CallSite {
  /** How many frames are kept. */
  static limit = 10;
  #stack: string | undefined = undefined;
  readonly #holder: { stack?: string } = {};

  constructor() {
    const limit = Error.stackTraceLimit;
    // The library's own frames stand on top and are left out later.
    Error.stackTraceLimit = CallSite.limit + 6;
    Error.captureStackTrace(this.#holder, CallSite);
    Error.stackTraceLimit = limit;
  }

  /** The frames as text, `at fn (file:line:column)`, without the library's own. */
  get frames(): readonly string[] {
    this.#stack ??= this.#holder.stack ?? '';
    return this.#stack
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line.startsWith('at ') && !isOwnFrame(line))
      .slice(0, CallSite.limit);
  }

  /** The innermost frame. */
  toString(): string {
    return this.frames[0] ?? 'at an unknown place';
  }
}

let ownFolder: string | undefined;

function isOwnFrame(line: string): boolean {
  ownFolder ??= findOwnFolder();
  // On Bun, a class without a constructor of its own has a frame all the same, at `unknown:1:28`.
  return line.includes(ownFolder) || line.includes('node:internal') || line.includes('(unknown:');
}

/** The library's folder as frames show it: with source maps, that is where the sources were. */
function findOwnFolder(): string {
  const limit = Error.stackTraceLimit;
  Error.stackTraceLimit = 3;
  const { stack = '' } = new Error();
  Error.stackTraceLimit = limit;
  return (
    /(?:\(| at )([^(]*)core[\\/]call-site\.[jt]s/.exec(stack)?.[1] ?? new URL('..', import.meta.url).href
  );
}

/** @internal The place of the caller, when the setting `spawnSites` and the budget allow it. */
export function sampleCallSite(): CallSite | undefined {
  const { spawnSites } = config;
  if (spawnSites === 'never') return undefined;
  return spawnSites === 'always' || siteBudget.take() ? new CallSite() : undefined;
}
