/**
 * Errors that nobody catches, in what was started from a console: a timer's callback that throws, a promise that is
 * rejected and dropped. They belong to the console, and must not end the program.
 *
 * Node's own REPL has a Domain for that, which makes every promise of the program dear, for good: on Node 24 a switch
 * costs ten times as much. So the runtime's reports are looked at here, from the first console on: they are made by
 * `process.emit`, in the async context in which the error happened.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** @internal Who is told of them. */
export interface ErrorTaker {
  takeError(error: unknown): void;
}

type Emit = (this: NodeJS.Process, event: string | symbol, ...args: unknown[]) => boolean;

const owner: AsyncLocalStorage<ErrorTaker> = new AsyncLocalStorage();
let isWatching = false;

/** @internal Runs `fn`; the uncaught errors of all that it starts are the taker's. */
export function runFor<T>(taker: ErrorTaker, fn: () => T): T {
  if (!isWatching) watch();
  return owner.run(taker, fn);
}

function watch(): void {
  isWatching = true;
  const emit = process.emit as Emit;
  const watching: Emit = function watchingEmit(event, ...args) {
    if (event === 'unhandledRejection' || event === 'uncaughtException') {
      const taker = owner.getStore();
      if (taker !== undefined) {
        taker.takeError(args[0]);
        return true;
      }
    }
    return emit.call(this, event, ...args);
  };
  process.emit = watching as typeof process.emit;
}
