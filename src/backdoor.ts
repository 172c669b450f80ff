/** A console into the running program. gevent: `gevent.backdoor`. @module gevent-ts/backdoor */
export { BackdoorServer, type BackdoorServerOptions } from './observe/backdoor.ts';
