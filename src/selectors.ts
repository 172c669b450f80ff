/** Selectors over sockets, streams and descriptors. gevent: `gevent.selectors`. @module gevent-ts/selectors */
export { KeyError } from './io/key-error.ts';
export type { Pollable } from './io/pollable.ts';
export {
  EVENT_READ,
  EVENT_WRITE,
  GeventSelector,
  GeventSelector as DefaultSelector,
  type SelectorKey,
} from './io/selectors.ts';
