/** Waiting until some of several sockets, streams and descriptors are ready. gevent: `gevent.select`. @module gevent-ts/select */
export { SocketError as error } from './inet/errors.ts';
export type { Callable } from './io/callable.ts';
export { KeyError } from './io/key-error.ts';
export {
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLNVAL,
  POLLOUT,
  POLLPRI,
  POLLRDBAND,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
} from './io/poll-events.ts';
export { Poll, poll, type PollResult } from './io/poll.ts';
export type { Pollable } from './io/pollable.ts';
export { select, type SelectResult } from './io/select.ts';
export type { NodeStream } from './io/stream-watch.ts';
export type { ReadyCallback, Watchable } from './io/watchable.ts';
