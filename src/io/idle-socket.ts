/** A socket that is neither connected nor bound nor listening, seen by those who wait until it is ready. */
import { SOCK_DGRAM } from '../inet/constants.ts';
import { type ReadyCallback, type Watchable, Watchers } from './watchable.ts';

/**
 * @internal As the kernel sees it: a datagram socket can send; a stream socket has hung up, so that nothing would
 * wait, and while it connects, everything does.
 */
export class IdleSocket implements Watchable {
  readonly #isStream: boolean;
  #isConnecting = false;
  readonly #watchers = new Watchers();

  constructor(type: number) {
    this.#isStream = type !== SOCK_DGRAM;
  }

  get isReadable(): boolean {
    return this.isHungUp;
  }

  get isWritable(): boolean {
    return !this.#isConnecting;
  }

  get hasFailed(): boolean {
    return false;
  }

  get isHungUp(): boolean {
    return this.#isStream && !this.#isConnecting;
  }

  set isConnecting(isConnecting: boolean) {
    this.#isConnecting = isConnecting;
    if (!isConnecting) this.changed();
  }

  /** It is idle no longer, or has failed to become something. */
  changed(): void {
    this.#watchers.notify();
  }

  watch(callback: ReadyCallback): void {
    this.#watchers.add(callback);
  }

  unwatch(callback: ReadyCallback): void {
    this.#watchers.remove(callback);
  }

  cancelWaits(error: Error): void {
    this.#watchers.notify(error);
  }
}
