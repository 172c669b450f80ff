/** The parent of all servers, and the addresses they take. gevent: `gevent.baseserver`. @module gevent-ts/baseserver */
export { parseAddress, type Address, type InetAddress } from './inet/address.ts';
export { BaseServer } from './net/base-server.ts';
export type {
  BaseServerOptions,
  ListenerOption,
  ServeForeverOptions,
  StopOptions,
} from './net/server-options.ts';
export type { ServerHandle } from './net/serving.ts';
export type { SpawnFunction, SpawnOption } from './net/spawner.ts';
