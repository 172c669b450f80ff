// What the compiler must infer, and refuse, around time limits. Compiled, never run.
import { isInterrupt, type Seconds, sleep, Timeout, withDeadline, withTimeout } from '../../src/index.ts';
import { typeOf } from './same.ts';

declare function download(url: string): Promise<string>;
declare const caught: unknown;

export function functions(): void {
  typeOf(withTimeout(1, () => download('/'))).is<Promise<string>>();
  typeOf(withTimeout(1, () => 5)).is<Promise<number>>();
  typeOf(withTimeout(undefined, () => download('/'))).is<Promise<string>>();
  typeOf(withTimeout(1, () => download('/'), { timeoutValue: undefined })).is<Promise<string | undefined>>();
  typeOf(withTimeout(1, () => download('/'), { timeoutValue: 0 })).is<Promise<string | number>>();
  typeOf(withDeadline(new Date(), () => download('/'))).is<Promise<string>>();
  typeOf(withDeadline(0, () => download('/'), { timeoutValue: null })).is<Promise<string | null>>();
  // @ts-expect-error -- the seconds come first
  void withTimeout(() => download('/'), 1);
  // @ts-expect-error -- a function, not the promise that it makes
  void withTimeout(1, download('/'));
  // @ts-expect-error -- seconds are a number
  void withTimeout('1', () => download('/'));
  // @ts-expect-error -- a Date, or a number
  void withDeadline('tomorrow', () => download('/'));
  // @ts-expect-error -- there is no such option
  void withTimeout(1, () => download('/'), { value: '' });
}

export async function objects(): Promise<void> {
  const timeout = new Timeout(5);
  typeOf(timeout.seconds).is<Seconds | undefined>();
  // A silent one may give nothing.
  typeOf(timeout.run(() => download('/'))).is<Promise<string | undefined>>();
  typeOf(Timeout.startNew(5)).is<Timeout>();
  typeOf(Timeout.startNew(timeout)).is<Timeout>();
  new Timeout();
  new Timeout(5, false);
  new Timeout(5, 'the server is slow');
  new Timeout(5, new Error('slow'));
  new Timeout(5, RangeError, { ref: false });
  const error: Error = timeout;
  if (isInterrupt(caught)) throw error;
  // @ts-expect-error -- seconds are a number
  new Timeout('5');
  // @ts-expect-error -- `false` silences; `true` is nothing
  new Timeout(5, true);
  // @ts-expect-error -- a class that is none of errors
  new Timeout(5, Date);
  // @ts-expect-error -- the seconds are given once
  timeout.seconds = 6;
  // @ts-expect-error -- a function, not the promise that it makes
  void timeout.run(download('/'));
}

export function sleeping(): void {
  typeOf(sleep()).is<Promise<void>>();
  typeOf(sleep(0.5, { ref: false })).is<Promise<void>>();
  // @ts-expect-error -- seconds are a number
  void sleep('1');
  // @ts-expect-error -- seconds, not a Date
  void sleep(new Date());
  // @ts-expect-error -- there is no such option
  void sleep(1, { unref: true });
}
