/**
 * Where something was started, for the messages that a person reads when a program hangs.
 *
 * Walking the stack costs ten times a spawn, so by default only some spawns pay for it: up to a budget, filled
 * again each second. A small program has all its places, a busy server loses nothing measurable.
 */
import { config } from '../base/config.ts';
import { monotonic } from '../base/native.ts';

const BUDGET = 64;
const REFILL_MILLISECONDS = 1000;
const SKIPS_BETWEEN_CLOCK_READS = 256;

let budget = BUDGET;
let skipped = 0;
let refilledAt = 0;

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
  if (budget > 0) {
    if (config.spawnSites === 'never') return undefined;
    if (config.spawnSites === 'sampled') budget -= 1;
    return new CallSite();
  }
  skipped += 1;
  if (config.spawnSites === 'always') return new CallSite();
  if (skipped < SKIPS_BETWEEN_CLOCK_READS) return undefined;
  skipped = 0;
  const now = monotonic();
  if (now - refilledAt >= REFILL_MILLISECONDS) {
    refilledAt = now;
    budget = BUDGET;
  }
  return undefined;
}
