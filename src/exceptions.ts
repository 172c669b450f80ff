/** Every error class of the library. gevent: `gevent.exceptions`. @module gevent-ts/exceptions */
export {
  AttributeError,
  BlockingSwitchOutError,
  ConcurrentObjectUseError,
  DispatchExit,
  Empty,
  Full,
  GreenletExit,
  HubDestroyed,
  InvalidSwitchError,
  InvalidThreadUseError,
  KeyboardInterrupt,
  LinkedCompleted,
  LinkedExited,
  LinkedFailed,
  LinkedKilled,
  LoopExit,
  PoolFull,
  ShutDown,
  SystemExit,
  isInterrupt,
} from './base/errors.ts';
export { Timeout } from './core/timeout.ts';
