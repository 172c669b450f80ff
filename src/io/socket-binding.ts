/** Where a socket is: bind and listen, for those too who do not wait until they are through. */
import { checkInteger, mismatch } from '../base/check.ts';
import { isInterrupt } from '../base/errors.ts';
import { interruptible } from '../core/interruptible.ts';
import { type Address, type InetAddress, checkAddress, familyOf } from '../inet/address.ts';
import {
  AF_INET,
  AF_UNIX,
  IPPROTO_IPV6,
  IPV6_V6ONLY,
  SOCK_DGRAM,
  SOCK_STREAM,
  SOL_SOCKET,
  SOMAXCONN,
  SO_REUSEADDR,
  SO_REUSEPORT,
} from '../inet/constants.ts';
import { systemError } from '../inet/errors.ts';
import { DatagramPort, datagramType } from './datagram.ts';
import { Listener } from './listener.ts';
import { resolveAddress } from './resolve-address.ts';
import { SocketBase } from './socket-base.ts';

const DEFAULT_BACKLOG = 128;

/** A socket that can be given an address. */
export abstract class BindingSocket extends SocketBase {
  /** What bind() and listen() are doing, for calls that need them done. */
  #binding: Promise<void> | undefined = undefined;

  /**
   * Chooses the local address: of a listener, of a connection to be made, or of a UDP socket. Parks while a host name
   * is looked up, and until a UDP socket is bound. A stream socket takes the port when it listens or connects.
   * Calls that come before it is through wait for it.
   *
   * @throws {SocketError} EINVAL: it has an address already; EADDRINUSE and the like for UDP
   */
  bind(address: Address): Promise<void> {
    const where = this.checkFamily(address, 'bind(address)');
    const isTaken = this.bound !== undefined || this.endpoint !== undefined;
    if (this.closed || isTaken) return Promise.reject(systemError(this.closed ? 'EBADF' : 'EINVAL', 'bind'));
    this.bound = where;
    return this.#bindBy(() => this.#bind(where));
  }

  async #bind(where: Address): Promise<void> {
    try {
      this.bound = await resolveAddress(where, this.family, this.type, true);
      if (this.type === SOCK_DGRAM) await this.#openPort(this.bound as InetAddress);
    } catch (error) {
      this.bound = undefined;
      throw error;
    }
  }

  /**
   * Begins to take clients; parks until it does. Up to `backlog` of them may wait to be accepted. On a socket that
   * listens already, only sets `backlog`.
   *
   * @throws {SocketError} EADDRINUSE, EADDRNOTAVAIL, EACCES and the like; EINVAL: it is connected
   */
  listen(backlog: number = DEFAULT_BACKLOG): Promise<void> {
    checkInteger(backlog, 'listen(backlog)', 0);
    if (this.closed) return Promise.reject(systemError('EBADF', 'listen'));
    if (this.type !== SOCK_STREAM) return Promise.reject(systemError('EOPNOTSUPP', 'listen'));
    return this.#bindBy(() => this.#listen(Math.min(Math.max(backlog, 1), SOMAXCONN)));
  }

  async #listen(backlog: number): Promise<void> {
    const { endpoint } = this;
    if (endpoint instanceof Listener) {
      endpoint.backlog = backlog;
      return;
    }
    const unnamed = this.family === AF_UNIX && this.bound === undefined;
    if (endpoint !== undefined || unnamed) throw systemError('EINVAL', 'listen');
    const anywhere: Address = this.family === AF_INET ? ['0.0.0.0', 0] : ['::', 0];
    const options = {
      backlog,
      ipv6Only: this.options.flag(IPPROTO_IPV6, IPV6_V6ONLY),
      reusePort: this.options.isOn(SOL_SOCKET, SO_REUSEPORT),
    };
    const listener = await Listener.listen(this.bound ?? anywhere, options, this);
    if (this.closed || this.endpoint !== undefined) {
      const error = systemError(this.closed ? 'EBADF' : 'EINVAL', 'listen');
      listener.close(error);
      throw error;
    }
    this.endpoint = listener;
  }

  /** Does `work` when what was begun before is through. */
  #bindBy(work: () => Promise<void>): Promise<void> {
    const earlier = this.settled();
    const binding = this.attempt(async () => {
      if (earlier !== undefined) await earlier;
      await work();
    });
    this.#binding = binding;
    const forget = (): void => {
      if (this.#binding === binding) this.#binding = undefined;
    };
    // Whoever did not wait for it is told by the calls that do.
    binding.then(forget, forget);
    return binding;
  }

  /**
   * @internal Parks until bind() and listen() are through, where they are under way, and raises what they fail with:
   * nothing, if somebody who was killed began them.
   */
  protected settled(): Promise<void> | undefined {
    return this.#binding === undefined ? undefined : interruptible(this.#binding.catch(raiseFailure));
  }

  /** @internal The UDP socket, bound to any port if it was not bound. */
  protected async port(call: string): Promise<DatagramPort> {
    for (;;) {
      this.checkOpen(call);
      const { endpoint } = this;
      if (endpoint instanceof DatagramPort) return endpoint;
      await (this.settled() ?? this.#bindBy(() => this.#openPort(['', 0])));
    }
  }

  /** Opens the UDP socket at an address. */
  async #openPort(address: InetAddress): Promise<void> {
    const port = new DatagramPort(
      {
        type: datagramType(this.family),
        reuseAddr: this.options.isOn(SOL_SOCKET, SO_REUSEADDR),
        ipv6Only: this.options.isOn(IPPROTO_IPV6, IPV6_V6ONLY),
        ...(this.options.isOn(SOL_SOCKET, SO_REUSEPORT) ? { reusePort: true } : {}),
      },
      this,
    );
    try {
      await port.bind(address);
      this.checkOpen('bind');
      this.endpoint = port;
    } catch (error) {
      port.close(systemError('EBADF', 'bind'));
      throw error;
    }
  }

  /** @internal An address of this socket's family, or one that may turn out to be. */
  protected checkFamily(address: unknown, name: string): Address {
    const checked = checkAddress(address, name);
    if (this.family === AF_UNIX ? typeof checked !== 'string' : typeof checked === 'string') {
      throw new TypeError(mismatch(name, this.family === AF_UNIX ? 'a path' : '[host, port]', address));
    }
    const family = familyOf(checked);
    if (family !== undefined && family !== this.family) {
      throw new TypeError(mismatch(name, "an address of the socket's family", address));
    }
    return checked;
  }
}

function raiseFailure(error: unknown): void {
  if (!isInterrupt(error)) throw error;
}
