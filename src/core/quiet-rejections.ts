/**
 * A killed greenlet may have started an `async` call that nobody awaits. That flow is interrupted too, and leaves
 * a rejected promise which we never see. Its rejection is no news: it is kept from the runtime's reports, and every
 * other unhandled rejection goes exactly the way it would go without us, in every `--unhandled-rejections` mode
 * and with a listener of the user's.
 *
 * The runtime reports by `process.emit`, in the async context of the rejected promise: the rejection is ours when
 * its reason was raised in that scope, or in one around it. A listener of our own would not do, because the
 * presence of any listener turns the default behaviour off.
 */
import { nextTick } from '../base/native.ts';
import { currentScopeOrMain } from './scope.ts';

type Emit = (this: NodeJS.Process, event: string | symbol, ...args: unknown[]) => boolean;

const WARNING_NAME = 'UnhandledPromiseRejectionWarning';

/** @internal Puts the filter in place; answers what takes it out again. */
export function quietOwnRejections(): () => void {
  const emit = process.emit as Emit;
  const isWarnMode = /--unhandled-rejections[= ]warn\b/.test(
    `${process.execArgv.join(' ')} ${process.env['NODE_OPTIONS'] ?? ''}`,
  );

  const filtered: Emit = function filteredEmit(event, ...args) {
    if (isReportOfOurs(event, args)) {
      if (isWarnMode && event === 'unhandledRejection') dropWarningsOfThisTick();
      return true;
    }
    return emit.call(this, event, ...args);
  };
  process.emit = filtered as typeof process.emit;

  const stopListening = quietOnDeno();
  return () => {
    stopListening();
    if (process.emit === (filtered as typeof process.emit)) process.emit = emit as typeof process.emit;
  };
}

function isReportOfOurs(event: string | symbol, [reason, origin]: unknown[]): boolean {
  switch (event) {
    case 'unhandledRejection':
      return currentScopeOrMain().hasRaisedInGreenlet(reason);
    // `--unhandled-rejections=strict` asks here first.
    case 'uncaughtException':
    case 'uncaughtExceptionMonitor':
      return origin === 'unhandledRejection' && currentScopeOrMain().hasRaisedInGreenlet(reason);
    default:
      return false;
  }
}

/** In mode `warn` the runtime warns whatever the event's listeners say, in the same breath. */
function dropWarningsOfThisTick(): void {
  const emitWarning = process.emitWarning;
  const quiet = (warning: string | Error, ...rest: unknown[]): void => {
    const name = warning instanceof Error ? warning.name : rest[0];
    if (name !== WARNING_NAME) Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  process.emitWarning = quiet;
  nextTick(() => {
    if (process.emitWarning === (quiet as typeof process.emitWarning)) process.emitWarning = emitWarning;
  });
}

/** Deno reports by a cancellable event of its global object. */
function quietOnDeno(): () => void {
  if (!('Deno' in globalThis)) return () => {};
  const target = globalThis as unknown as EventTarget;
  const listener = (event: Event): void => {
    if (currentScopeOrMain().hasRaisedInGreenlet((event as unknown as { reason: unknown }).reason))
      event.preventDefault();
  };
  target.addEventListener('unhandledrejection', listener);
  return () => target.removeEventListener('unhandledrejection', listener);
}
