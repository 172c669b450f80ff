/** From an address to a socket that listens there. */
import { chmodSync, lstatSync } from 'node:fs';
import { type Address, familyOf } from '../inet/address.ts';
import { AF_INET, AF_INET6, SOCK_STREAM } from '../inet/constants.ts';
import { GetAddrInfoError, SocketError } from '../inet/errors.ts';
import { openConnection } from '../io/connect.ts';
import { Listener, type ListenerOptions } from '../io/listener.ts';
import { resolveAddress } from '../io/resolve-address.ts';
import { Socket } from '../io/socket.ts';

/** @internal */
export interface OpenOptions extends ListenerOptions {
  /** The permissions of a Unix-domain socket's file. */
  readonly mode?: number | undefined;
}

/** A socket over a listener that exists already. */
class ListeningSocket extends Socket {
  constructor(family: number, listener: Listener) {
    super(family);
    this.endpoint = listener;
  }
}

/** @internal Parks while a host name is looked up, and until it listens. */
export async function openListener(
  address: Address,
  options: OpenOptions,
  owner: { toString(): string },
): Promise<Socket> {
  const [where, family] = await resolve(address);
  const listening =
    typeof where === 'string'
      ? withMode(options.mode, () => Listener.listen(where, options, owner))
      : Listener.listen(where, options, owner);
  try {
    const listener = await listening;
    const socket = new ListeningSocket(family, listener);
    if (typeof where === 'string') finishMode(socket, where, options.mode);
    return socket;
  } catch (error) {
    if (typeof where === 'string' && error instanceof SocketError && error.code === 'EADDRINUSE')
      throw await describeInUse(where, error);
    throw error;
  }
}

async function resolve(address: Address): Promise<[where: Address, family: number]> {
  const family = familyOf(address);
  if (family !== undefined) return [address, family];
  try {
    return [await resolveAddress(address, AF_INET, SOCK_STREAM, true), AF_INET];
  } catch (error) {
    if (!(error instanceof GetAddrInfoError)) throw error;
    return [await resolveAddress(address, AF_INET6, SOCK_STREAM, true), AF_INET6];
  }
}

/**
 * Runs `bind`, which binds at once, while a new file gets no more than these permissions: there is no moment at which
 * somebody else could connect.
 */
function withMode<T>(mode: number | undefined, bind: () => T): T {
  const previous = mode === undefined ? undefined : setUmask(0o777 & ~mode);
  try {
    return bind();
  } finally {
    if (previous !== undefined) setUmask(previous);
  }
}

/** Answers what it was before; undefined in a worker thread, which cannot set it. */
function setUmask(mask: number): number | undefined {
  try {
    return process.umask(mask);
  } catch {
    return undefined;
  }
}

/** What the umask could not do, in a worker thread or a cluster's worker. */
function finishMode(socket: Socket, path: string, mode: number | undefined): void {
  if (mode === undefined || path.startsWith('\0') || process.platform === 'win32') return;
  try {
    chmodSync(path, mode);
  } catch (error) {
    socket.close();
    throw error;
  }
}

/** Says so where it is a file that nobody listens on any more. */
async function describeInUse(path: string, error: SocketError): Promise<SocketError> {
  if (!isSocketFile(path)) return error;
  try {
    (await openConnection(path, { seconds: 1 })).destroy();
    return error;
  } catch (refusal) {
    if (!(refusal instanceof SocketError)) throw refusal;
    if (refusal.code !== 'ECONNREFUSED') return error;
    return new SocketError(
      `${error.message}; nobody listens on ${path} any more: it was left behind, and can be removed`,
      { code: error.code, syscall: error.syscall, address: path, cause: error.cause },
    );
  }
}

function isSocketFile(path: string): boolean {
  return !path.startsWith('\0') && lstatSync(path, { throwIfNoEntry: false })?.isSocket() === true;
}
