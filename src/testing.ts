/** Testing programs that use greenlets: virtual time, and many orders of events. @module gevent-ts/testing */
export { ExplorationError, explore, type Exploration, type ExploreOptions } from './testing/explore.ts';
export { type VirtualTime, type VirtualTimeOptions, withVirtualTime } from './testing/virtual-time.ts';
