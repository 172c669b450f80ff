/** What the calls that kill take and answer. */
import { checkError, checkFlag, checkOptions } from '../base/check.ts';
import { type WaitLimit, checkTimeLimit } from './time-limit.ts';

/** What a greenlet may end with when it was killed, and how that went. */
export type KillOutcome =
  /** It ended by the kill. */
  | 'killed'
  /** It had ended before, or ended in a way of its own after it caught what was raised. */
  | 'finished'
  /** It is still alive: the time given was up, or nobody waited. */
  | 'alive';

/** How a kill is done, and whether it is waited for. */
export interface KillOptions extends WaitLimit {
  /** Wait for the end (the default), or answer at once. */
  block?: boolean;
  /** Raise again in every later wait, so that a handler which goes on cannot. `finally` blocks cannot wait either. */
  force?: boolean;
}

/** @internal `kill(exception?, options?)`, where the options may stand alone. */
export function splitKillArguments(
  first: unknown,
  second: unknown,
  name: string,
): { exception: Error | undefined; options: KillOptions } {
  const isOptionsAlone =
    typeof first === 'object' && first !== null && !(first instanceof Error) && second === undefined;
  const options = (isOptionsAlone ? first : second) as KillOptions | undefined;
  checkOptions(options, `${name}(options)`);
  if (options !== undefined) {
    checkFlag(options.block, `${name}({ block })`);
    checkFlag(options.force, `${name}({ force })`);
    checkTimeLimit(options.timeout, `${name}({ timeout })`);
  }
  const exception =
    isOptionsAlone || first === undefined ? undefined : checkError(first, `${name}(exception)`);
  return { exception, options: options ?? {} };
}
