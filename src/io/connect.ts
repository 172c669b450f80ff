/** Opening a connection to one address: a Node stream that is connected, or an error and nothing left open. */
import { type NetConnectOpts, type Socket, connect } from 'node:net';
import { Waiter } from '../core/waiter.ts';
import { type Address, type InetAddress, formatAddress } from '../inet/address.ts';
import { systemError, toSocketError } from '../inet/errors.ts';
import { raiseTimeout } from './outflow.ts';
import { hostOf } from './socket-names.ts';

/** @internal The first part of the bounds of a connection attempt. */
export interface ConnectOptions {
  /** The local end, bound before. */
  readonly local?: InetAddress | undefined;
  readonly seconds?: number | undefined;
}

/** @internal Parks until connected to `address`, whose host is numeric. An interruption leaves no socket behind. */
export async function openConnection(address: Address, options: ConnectOptions = {}): Promise<Socket> {
  if (options.seconds === 0) throw systemError('EINPROGRESS', 'connect');
  const waiter = new Waiter<void>();
  const stream = connect(connectOptions(address, options.local));
  // Paused: nothing is read before somebody receives.
  stream.pause();
  const onConnect = (): void => waiter.switch();
  const onError = (error: Error): void => waiter.throw(toSocketError(error, 'connect'));
  stream.once('connect', onConnect).once('error', onError);
  let isOpen = false;
  try {
    await waiter.park(undefined, {
      seconds: options.seconds,
      late: raiseTimeout,
      about: `connect() to ${formatAddress(address)}`,
    });
    isOpen = true;
    return stream;
  } finally {
    stream.off('connect', onConnect).off('error', onError);
    if (!isOpen) {
      stream.on('error', () => {});
      stream.destroy();
    }
  }
}

function connectOptions(address: Address, local: InetAddress | undefined): NetConnectOpts {
  if (typeof address === 'string') return { path: address, allowHalfOpen: true };
  return {
    host: hostOf(address),
    port: address[1],
    allowHalfOpen: true,
    autoSelectFamily: false,
    ...(local === undefined || local[0] === '' ? {} : { localAddress: local[0] }),
    ...(local === undefined || local[1] === 0 ? {} : { localPort: local[1] }),
  };
}
