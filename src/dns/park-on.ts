/** Waits for what tells its end by a call and can be cancelled. */
import { Waiter } from '../core/waiter.ts';
import { LookUpFailure } from './failures.ts';

/** @internal How a look-up waits. */
export interface LookUpLimits {
  /** What is waited for, as text. */
  readonly about: string;
  /** Seconds after which it fails. */
  readonly seconds: number | undefined;
}

/** @internal Starts something that tells one of the two later; answers what cancels it. */
export type Start<T> = (onValue: (value: T) => void, onError: (error: unknown) => void) => () => void;

/** @internal Starts it and parks until it tells its end; a kill, a timeout, or the end of its seconds cancels it. */
export function parkOn<T>(start: Start<T>, { about, seconds }: LookUpLimits): Promise<T> {
  const waiter = new Waiter<T>();
  const started: { cancel?: () => void } = {};
  const abandon = (): void => started.cancel?.();
  const late = (): never => {
    abandon();
    throw new LookUpFailure('ETIMEOUT', `no answer within ${seconds} s`);
  };
  const wait = waiter.park(undefined, { about, seconds, late, abandon });
  // An interruption that was pending comes first: nothing is started then.
  if (!waiter.isParked) return wait;
  const onError = (error: unknown): void => {
    if (waiter.isParked) waiter.throw(error);
  };
  try {
    started.cancel = start((value) => {
      if (waiter.isParked) waiter.switch(value);
    }, onError);
  } catch (error) {
    onError(error);
  }
  return wait;
}
