/**
 * What `setSockOpt` and `getSockOpt` can do: the options that Node has a call for, each with what it applies to.
 * An option that is set before there is a socket of the system's own is kept, and applied when there is.
 */
import type { Socket as DatagramSocket } from 'node:dgram';
import { Socket as StreamSocket } from 'node:net';
import { mismatch } from '../base/check.ts';
import * as net from '../inet/constants.ts';
import { SocketError } from '../inet/errors.ts';
import { DatagramPort } from './datagram.ts';
import { Flow } from './flow.ts';
import { Listener } from './listener.ts';

/** A number, a flag, `[isOn, seconds]` of SO_LINGER, or a group with an interface for the multicast options. */
export type OptionValue =
  | number
  | boolean
  | string
  | readonly [group: string, interfaceAddress?: string]
  | readonly [isOn: number, seconds: number];

type Endpoint = Flow | Listener | DatagramPort | undefined;
type Options = ReadonlyMap<string, OptionValue>;

interface Option {
  readonly name: string;
  /** The kinds of sockets that have it. */
  readonly on: 'streams' | 'datagrams' | 'both';
  readonly expects: string;
  readonly accepts: (value: unknown) => boolean;
  /** Sets it on a connected stream. `options` holds all that were set. */
  readonly onStream?: (stream: StreamSocket, options: Options) => void;
  /** Sets it on a datagram socket that is bound. */
  readonly onDatagram?: (socket: DatagramSocket, value: never) => void;
  /** It only counts if it comes before bind, listen or the first datagram. */
  readonly early?: boolean;
}

const isFlag = (value: unknown): boolean => typeof value === 'boolean' || value === 0 || value === 1;
const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;
const isGroup = (value: unknown): boolean =>
  typeof value === 'string' ||
  (Array.isArray(value) && value.every((part) => typeof part === 'string') && value.length > 0);
const flag = { expects: 'true, false, 0 or 1', accepts: isFlag };
const count = { expects: 'an integer of at least 0', accepts: isCount };
const group = { expects: "a group address, or [group, interface's address]", accepts: isGroup };
const address = { expects: 'an address', accepts: (value: unknown) => typeof value === 'string' };

function keepAlive(stream: StreamSocket, options: Options): void {
  const idle = Number(options.get(key(net.IPPROTO_TCP, net.TCP_KEEPIDLE)) ?? 0);
  stream.setKeepAlive(Boolean(options.get(key(net.SOL_SOCKET, net.SO_KEEPALIVE))), idle * 1000);
}

function member(how: 'addMembership' | 'dropMembership') {
  return (socket: DatagramSocket, value: string | readonly [string, string?]): void => {
    if (typeof value === 'string') socket[how](value);
    else socket[how](...value);
  };
}

function key(level: number, option: number): string {
  return `${level}:${option}`;
}

const TABLE = new Map<string, Option>([
  [
    key(net.IPPROTO_TCP, net.TCP_NODELAY),
    {
      name: 'TCP_NODELAY',
      on: 'streams',
      ...flag,
      onStream: (stream, options) =>
        stream.setNoDelay(Boolean(options.get(key(net.IPPROTO_TCP, net.TCP_NODELAY)))),
    },
  ],
  [
    key(net.SOL_SOCKET, net.SO_KEEPALIVE),
    { name: 'SO_KEEPALIVE', on: 'streams', ...flag, onStream: keepAlive },
  ],
  [
    key(net.IPPROTO_TCP, net.TCP_KEEPIDLE),
    { name: 'TCP_KEEPIDLE', on: 'streams', ...count, onStream: keepAlive },
  ],
  [
    key(net.SOL_SOCKET, net.SO_LINGER),
    {
      name: 'SO_LINGER',
      on: 'streams',
      expects: '[0, 0] or [1, 0]',
      accepts: (value) => Array.isArray(value) && value.length === 2 && isFlag(value[0]) && value[1] === 0,
    },
  ],
  [key(net.SOL_SOCKET, net.SO_REUSEADDR), { name: 'SO_REUSEADDR', on: 'both', ...flag, early: true }],
  [key(net.SOL_SOCKET, net.SO_REUSEPORT), { name: 'SO_REUSEPORT', on: 'both', ...flag, early: true }],
  [key(net.IPPROTO_IPV6, net.IPV6_V6ONLY), { name: 'IPV6_V6ONLY', on: 'both', ...flag, early: true }],
  [
    key(net.SOL_SOCKET, net.SO_BROADCAST),
    {
      name: 'SO_BROADCAST',
      on: 'datagrams',
      ...flag,
      onDatagram: (socket, value) => socket.setBroadcast(Boolean(value)),
    },
  ],
  [
    key(net.SOL_SOCKET, net.SO_RCVBUF),
    {
      name: 'SO_RCVBUF',
      on: 'datagrams',
      ...count,
      onDatagram: (socket, value) => socket.setRecvBufferSize(value),
    },
  ],
  [
    key(net.SOL_SOCKET, net.SO_SNDBUF),
    {
      name: 'SO_SNDBUF',
      on: 'datagrams',
      ...count,
      onDatagram: (socket, value) => socket.setSendBufferSize(value),
    },
  ],
  [
    key(net.IPPROTO_IP, net.IP_TTL),
    { name: 'IP_TTL', on: 'datagrams', ...count, onDatagram: (socket, value) => void socket.setTTL(value) },
  ],
  [
    key(net.IPPROTO_IPV6, net.IPV6_UNICAST_HOPS),
    {
      name: 'IPV6_UNICAST_HOPS',
      on: 'datagrams',
      ...count,
      onDatagram: (socket, value) => void socket.setTTL(value),
    },
  ],
  [
    key(net.IPPROTO_IP, net.IP_MULTICAST_TTL),
    {
      name: 'IP_MULTICAST_TTL',
      on: 'datagrams',
      ...count,
      onDatagram: (socket, value) => void socket.setMulticastTTL(value),
    },
  ],
  [
    key(net.IPPROTO_IPV6, net.IPV6_MULTICAST_HOPS),
    {
      name: 'IPV6_MULTICAST_HOPS',
      on: 'datagrams',
      ...count,
      onDatagram: (socket, value) => void socket.setMulticastTTL(value),
    },
  ],
  [
    key(net.IPPROTO_IP, net.IP_MULTICAST_LOOP),
    {
      name: 'IP_MULTICAST_LOOP',
      on: 'datagrams',
      ...flag,
      onDatagram: (socket, value) => void socket.setMulticastLoopback(Boolean(value)),
    },
  ],
  [
    key(net.IPPROTO_IPV6, net.IPV6_MULTICAST_LOOP),
    {
      name: 'IPV6_MULTICAST_LOOP',
      on: 'datagrams',
      ...flag,
      onDatagram: (socket, value) => void socket.setMulticastLoopback(Boolean(value)),
    },
  ],
  [
    key(net.IPPROTO_IP, net.IP_MULTICAST_IF),
    {
      name: 'IP_MULTICAST_IF',
      on: 'datagrams',
      ...address,
      onDatagram: (socket, value) => socket.setMulticastInterface(value),
    },
  ],
  [
    key(net.IPPROTO_IPV6, net.IPV6_MULTICAST_IF),
    {
      name: 'IPV6_MULTICAST_IF',
      on: 'datagrams',
      ...address,
      onDatagram: (socket, value) => socket.setMulticastInterface(value),
    },
  ],
  [
    key(net.IPPROTO_IP, net.IP_ADD_MEMBERSHIP),
    { name: 'IP_ADD_MEMBERSHIP', on: 'datagrams', ...group, onDatagram: member('addMembership') },
  ],
  [
    key(net.IPPROTO_IP, net.IP_DROP_MEMBERSHIP),
    { name: 'IP_DROP_MEMBERSHIP', on: 'datagrams', ...group, onDatagram: member('dropMembership') },
  ],
  [
    key(net.IPPROTO_IPV6, net.IPV6_JOIN_GROUP),
    { name: 'IPV6_JOIN_GROUP', on: 'datagrams', ...group, onDatagram: member('addMembership') },
  ],
  [
    key(net.IPPROTO_IPV6, net.IPV6_LEAVE_GROUP),
    { name: 'IPV6_LEAVE_GROUP', on: 'datagrams', ...group, onDatagram: member('dropMembership') },
  ],
]);

/** @internal The options that were set on one socket. */
export class OptionStore {
  readonly #kind: 'streams' | 'datagrams';
  readonly #values = new Map<string, OptionValue>();

  constructor(type: number) {
    this.#kind = type === net.SOCK_DGRAM ? 'datagrams' : 'streams';
  }

  set(endpoint: Endpoint, level: number, number: number, value: OptionValue): void {
    const option = this.#find('setSockOpt', level, number);
    if (!option.accepts(value))
      throw new TypeError(mismatch(`setSockOpt(${option.name})`, option.expects, value));
    if (option.early === true && endpoint !== undefined) {
      throw unavailable(`Cannot set ${option.name}: it has to come before bind, listen and connect`);
    }
    this.#values.set(key(level, number), value);
    if (endpoint instanceof Flow && endpoint.stream instanceof StreamSocket) {
      option.onStream?.(endpoint.stream, this.#values);
    }
    if (endpoint instanceof DatagramPort) option.onDatagram?.(endpoint.socket, value as never);
  }

  get(level: number, number: number): OptionValue {
    return this.#values.get(key(level, number)) ?? (this.#find('getSockOpt', level, number) && 0);
  }

  /** True for a flag that was set. */
  isOn(level: number, number: number): boolean {
    return Boolean(this.#values.get(key(level, number)));
  }

  /** An option as it was set; nothing where it was not. */
  flag(level: number, number: number): boolean | undefined {
    const value = this.#values.get(key(level, number));
    return value === undefined ? undefined : Boolean(value);
  }

  /** Closing throws away what was not sent, and resets. */
  get resetsOnClose(): boolean {
    const linger = this.#values.get(key(net.SOL_SOCKET, net.SO_LINGER));
    return Array.isArray(linger) && Boolean(linger[0]);
  }

  /** Sets on a fresh endpoint what was set before it was there. */
  applyTo(endpoint: Flow | DatagramPort): void {
    for (const [at, value] of this.#values) {
      const option = TABLE.get(at);
      if (endpoint instanceof DatagramPort) option?.onDatagram?.(endpoint.socket, value as never);
      else if (endpoint.stream instanceof StreamSocket) option?.onStream?.(endpoint.stream, this.#values);
    }
  }

  #find(call: string, level: number, number: number): Option {
    const option = TABLE.get(key(level, number));
    const known = option?.name ?? nameOf(level, number);
    if (option === undefined || (option.on !== 'both' && option.on !== this.#kind)) {
      const kind = this.#kind === 'streams' ? 'stream' : 'datagram';
      throw unavailable(`Cannot ${call}: Node has no call for ${known} of a ${kind} socket`);
    }
    return option;
  }
}

/** The name of an option that Node cannot set. */
function nameOf(level: number, number: number): string {
  const prefixes: Readonly<Record<number, string>> = {
    [net.SOL_SOCKET]: 'SO_',
    [net.IPPROTO_TCP]: 'TCP_',
    [net.IPPROTO_IP]: 'IP_',
    [net.IPPROTO_IPV6]: 'IPV6_',
  };
  const prefix = prefixes[level];
  const found = Object.entries(net).find(
    ([name, value]) => prefix !== undefined && name.startsWith(prefix) && value === number,
  );
  return found?.[0] ?? `option ${number} at level ${level}`;
}

function unavailable(message: string): SocketError {
  return new SocketError(message, { code: 'ENOPROTOOPT', syscall: 'setsockopt' });
}
