/** A socket that listens, in one call. */
import { checkFlag, checkInteger, checkOptions } from '../base/check.ts';
import { type Address, checkAddress, familyOf } from '../inet/address.ts';
import { AF_INET, IPPROTO_IPV6, IPV6_V6ONLY, SOL_SOCKET, SO_REUSEPORT } from '../inet/constants.ts';
import { Socket } from './socket.ts';

/** What `createServer` takes. */
export interface ServerSocketOptions {
  /** The family. Default: that of the address; `AF_INET` for a host name. */
  readonly family?: number | undefined;
  /** How many clients may wait to be accepted. Default: 128. */
  readonly backlog?: number | undefined;
  /** Others may listen on the address too, and the kernel spreads the clients (Node 23.1 and later). */
  readonly reusePort?: boolean | undefined;
  /** An IPv6 socket takes IPv4 clients too. */
  readonly dualstackIpv6?: boolean | undefined;
}

/**
 * A socket that listens on `address`. Parks until it does. Python: `socket.create_server`.
 *
 * @throws {SocketError} EADDRINUSE, EACCES and the like
 * @example
 * const server = await createServer(['127.0.0.1', 0]);
 * const [client, address] = await server.accept();
 */
export function createServer(address: Address, options: ServerSocketOptions = {}): Promise<Socket> {
  const where = checkAddress(address, 'createServer(address)');
  checkOptions(options, 'createServer(options)');
  const { backlog, dualstackIpv6, reusePort } = options;
  if (backlog !== undefined) checkInteger(backlog, 'createServer({ backlog })', 0);
  checkFlag(reusePort, 'createServer({ reusePort })');
  checkFlag(dualstackIpv6, 'createServer({ dualstackIpv6 })');
  return open(new Socket(options.family ?? familyOf(where) ?? AF_INET), where, options);
}

async function open(socket: Socket, where: Address, options: ServerSocketOptions): Promise<Socket> {
  try {
    if (options.reusePort === true) socket.setSockOpt(SOL_SOCKET, SO_REUSEPORT, true);
    if (typeof where !== 'string')
      socket.setSockOpt(IPPROTO_IPV6, IPV6_V6ONLY, options.dualstackIpv6 !== true);
    await socket.bind(where);
    await socket.listen(options.backlog);
    return socket;
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** True: an IPv6 socket of this system can take IPv4 clients too. Python: `socket.has_dualstack_ipv6`. */
export function hasDualstackIpv6(): boolean {
  return process.platform !== 'openbsd';
}
