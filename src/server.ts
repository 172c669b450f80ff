/** Servers of connections and of datagrams. gevent: `gevent.server`. @module gevent-ts/server */
export { BaseServer } from './net/base-server.ts';
export {
  DatagramServer,
  type DatagramHandle,
  type DatagramListeningOptions,
  type DatagramServerOptions,
} from './net/datagram-server.ts';
export type { GuardedHandler } from './net/handling.ts';
export type {
  BaseServerOptions,
  ListenerOption,
  ServeForeverOptions,
  StopOptions,
} from './net/server-options.ts';
export type { ServerHandle } from './net/serving.ts';
export type { SpawnFunction, SpawnOption } from './net/spawner.ts';
export {
  DEFAULT_REUSE_ADDR,
  StreamServer,
  type ListeningOptions,
  type StreamHandle,
  type StreamServerOptions,
} from './net/stream-server.ts';
