/** Notifications of several listeners. gevent: `gevent.event`. @module gevent-ts/event */
export { AsyncResult, type ResultGetOptions } from './sync/async-result.ts';
export { Event } from './sync/event.ts';
