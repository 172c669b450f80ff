/** `poll`: things that are registered once, and waited for again and again. */
import { checkInteger } from '../base/check.ts';
import { type TimeLimit, underLimit } from '../core/time-limit.ts';
import { NOT_YET } from '../core/wait-options.ts';
import { SocketError, systemError } from '../inet/errors.ts';
import { type Callable, callable } from './callable.ts';
import { KeyError } from './key-error.ts';
import { POLLERR, POLLHUP, POLLIN, POLLNVAL, POLLOUT, POLLRDNORM, POLLWRNORM } from './poll-events.ts';
import { type Pollable, checkPollable, sourceOf } from './pollable.ts';
import { Registrations } from './registrations.ts';
import { checkWaitLimit } from './wait-limit.ts';
import type { Source } from './watchable.ts';
import { FAILURE, HANGUP, READ, WRITE, Watch, WatchSet, nameOf } from './watch-set.ts';

/** What {@link Poll.poll} answers: what is ready, as it was registered, and the events, as bits. */
export type PollResult<T = Pollable> = [fd: T, events: number][];

/** As a number that is not open: poll tells so, in place of raising it. */
const NOT_OPEN: Source = {
  closed: true,
  get watchable(): never {
    throw systemError('EBADF', 'poll');
  },
};

/**
 * Things to wait for, with the events of each. What can be registered is what `select` takes. gevent: `select.poll`.
 *
 * @example
 * const poller = new Poll();
 * poller.register(sock, POLLIN);
 * for (const [ready, events] of await poller.poll(5)) console.log(ready, events);
 */
export class Poll<T extends Pollable = Pollable> {
  readonly #set: WatchSet<T> = new WatchSet<T>('poll()');
  readonly #registered = new Registrations<T, Registration<T>>();

  /**
   * Adds a thing, or gives one that is registered other events; it may be named by its `fileno()` later. A `poll()`
   * that another greenlet is in waits for it too. Never parks.
   *
   * @param eventmask POLLIN, POLLOUT, POLLRDNORM and POLLWRNORM, added up; POLLERR, POLLHUP and POLLNVAL are told
   * in any case, and the others never come
   * @throws {TypeError | SocketError} what cannot be waited for, as in `select`. A number that is not open is
   * registered, and answered with POLLNVAL
   */
  register(fd: T, eventmask: number = POLLIN | POLLOUT): void {
    checkPollable(fd, 'register(fd)');
    checkInteger(eventmask, 'register(eventmask)', 0);
    const isReading = (eventmask & (POLLIN | POLLRDNORM)) !== 0;
    this.#add(new Registration(fd, sourceToPoll(fd, isReading), eventmask));
  }

  /** Gives a registered thing other events. Never parks. @throws {SocketError} ENOENT: it is not registered */
  modify(fd: T, eventmask: number): void {
    checkPollable(fd, 'modify(fd)');
    checkInteger(eventmask, 'modify(eventmask)', 0);
    const old = this.#registered.get(fd);
    if (old === undefined) throw systemError('ENOENT', 'modify');
    this.#add(new Registration(old.item, old.source, eventmask));
  }

  /** Takes a thing out; closed ones too. Never parks. @throws {KeyError} it is not registered */
  unregister(fd: T): void {
    checkPollable(fd, 'unregister(fd)');
    const old = this.#registered.get(fd);
    if (old === undefined) throw new KeyError(`Cannot unregister ${nameOf(fd)}: it is not registered`);
    this.#registered.delete(old);
    this.#set.delete(old);
  }

  /**
   * Parks until something that was registered is ready, and answers all that is, in the order of registration: each
   * as it was registered, with its events. A socket that was closed comes with POLLNVAL until it is unregistered.
   * When the time is up: an empty list.
   *
   * @param timeout in seconds, and not in milliseconds as Python's, as everywhere here. 0 looks once, after a turn of
   * the event loop; left out, or negative, it waits for ever
   */
  poll(timeout?: TimeLimit): Promise<PollResult<T>> {
    const isEndless = typeof timeout === 'number' && timeout < 0;
    const limit = checkWaitLimit(isEndless ? undefined : timeout, 'poll(timeout)');
    const nothing = (): PollResult<T> => [];
    const find = (): PollResult<T> | typeof NOT_YET => {
      const found: PollResult<T> = [];
      for (const registration of this.#registered.values()) {
        const { events } = registration;
        if (events !== 0) found.push([registration.item, events]);
      }
      return found.length > 0 ? found : NOT_YET;
    };
    return underLimit(limit, (seconds) => this.#set.wait(find, nothing, seconds), nothing);
  }

  #add(registration: Registration<T>): void {
    // If this fails, the old one stays.
    this.#set.add(registration);
    const old = this.#registered.replace(registration);
    if (old !== undefined) this.#set.delete(old);
  }
}

class Registration<T> extends Watch<T> {
  readonly #mask: number;

  constructor(item: T, source: Source, mask: number) {
    const reading = (mask & (POLLIN | POLLRDNORM)) === 0 ? 0 : READ;
    const writing = (mask & (POLLOUT | POLLWRNORM)) === 0 ? 0 : WRITE;
    super(item, source, reading | writing | FAILURE | HANGUP);
    this.#mask = mask;
  }

  /** What holds now, as poll tells it. */
  get events(): number {
    if (this.isClosed) return POLLNVAL;
    const { ready } = this;
    let events = 0;
    if ((ready & READ) !== 0) events |= this.#mask & (POLLIN | POLLRDNORM);
    if ((ready & WRITE) !== 0) events |= this.#mask & (POLLOUT | POLLWRNORM);
    if ((ready & FAILURE) !== 0) events |= POLLERR;
    if ((ready & HANGUP) !== 0) events |= POLLHUP;
    return events;
  }
}

function sourceToPoll(fd: Pollable, isReading: boolean): Source {
  try {
    return sourceOf(fd, 'register(fd)', isReading);
  } catch (error) {
    if (typeof fd === 'number' && error instanceof SocketError && error.code === 'EBADF') return NOT_OPEN;
    throw error;
  }
}

/** Makes a {@link Poll}, with and without `new`, as in Python. gevent: `select.poll`. */
export const poll: Callable<typeof Poll> = callable(Poll);
