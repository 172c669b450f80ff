/**
 * What `setSockOpt` and `getSockOpt` can do: the options that Node has a call for, each with what it applies to.
 * An option that is set before there is a socket of the system's own is kept, and applied when there is.
 */
import type { Socket as DatagramSocket } from 'node:dgram';
import { Socket as StreamSocket } from 'node:net';
import { mismatch } from '../base/check.ts';
import * as net from '../inet/constants.ts';
import { SocketError, toSocketError } from '../inet/errors.ts';
import { DatagramPort } from './datagram.ts';
import { Flow } from './flow.ts';
import type { Listener } from './listener.ts';

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
  readonly onStream?: ((stream: StreamSocket, options: Options) => void) | undefined;
  /** Sets it on a datagram socket that is bound. */
  readonly onDatagram?: (socket: DatagramSocket, value: never) => unknown;
  /** It only counts if it comes before bind, listen or the first datagram. */
  readonly early?: boolean;
  /** The first version of Node that has it. */
  readonly since?: number;
}

/** What an option takes. */
type Kind = Pick<Option, 'expects' | 'accepts'>;

const isFlag = (value: unknown): boolean => typeof value === 'boolean' || value === 0 || value === 1;
const FLAG: Kind = { expects: 'true, false, 0 or 1', accepts: isFlag };
const COUNT: Kind = {
  expects: 'an integer of at least 0',
  accepts: (value) => Number.isInteger(value) && (value as number) >= 0,
};
const ADDRESS: Kind = { expects: 'an address', accepts: (value) => typeof value === 'string' };
const GROUP: Kind = {
  expects: "a group address, or [group, interface's address]",
  accepts: (value) =>
    typeof value === 'string' ||
    (Array.isArray(value) && value.length > 0 && value.every((part) => typeof part === 'string')),
};
const LINGER: Kind = {
  expects: '[0, 0] or [1, 0]',
  accepts: (value) => Array.isArray(value) && value.length === 2 && isFlag(value[0]) && value[1] === 0,
};

function key(level: number, option: number): string {
  return `${level}:${option}`;
}

const NUMBERS: Readonly<Record<keyof typeof net, number>> = net;

type Row = [key: string, option: Option];

function row(level: number, name: keyof typeof net, option: Omit<Option, 'name'>): Row {
  return [key(level, NUMBERS[name]), { name, ...option }];
}

function early(level: number, name: keyof typeof net, since = 0): Row {
  return row(level, name, { on: 'both', ...FLAG, early: true, since });
}

function ofStreams(level: number, name: keyof typeof net, kind: Kind, onStream: Option['onStream']): Row {
  return row(level, name, { on: 'streams', ...kind, onStream });
}

function ofDatagrams(
  level: number,
  name: keyof typeof net,
  kind: Kind,
  onDatagram: (socket: DatagramSocket, value: never) => unknown,
): Row {
  return row(level, name, { on: 'datagrams', ...kind, onDatagram });
}

const { SOL_SOCKET, IPPROTO_TCP, IPPROTO_IP, IPPROTO_IPV6 } = net;

const noDelay: Option['onStream'] = (stream, options) => {
  stream.setNoDelay(Boolean(options.get(key(IPPROTO_TCP, net.TCP_NODELAY))));
};
const keepAlive: Option['onStream'] = (stream, options) => {
  const idle = Number(options.get(key(IPPROTO_TCP, net.TCP_KEEPIDLE)) ?? 0);
  stream.setKeepAlive(Boolean(options.get(key(SOL_SOCKET, net.SO_KEEPALIVE))), idle * 1000);
};
/** It takes effect when the socket is closed. */
const atTheEnd = undefined;

const broadcast = (socket: DatagramSocket, value: unknown): void => socket.setBroadcast(Boolean(value));
const loopback = (socket: DatagramSocket, value: unknown): unknown =>
  socket.setMulticastLoopback(Boolean(value));
const hops = (socket: DatagramSocket, value: number): unknown => socket.setTTL(value);
const groupHops = (socket: DatagramSocket, value: number): unknown => socket.setMulticastTTL(value);
const groupInterface = (socket: DatagramSocket, value: string): void => socket.setMulticastInterface(value);
const receiveBuffer = (socket: DatagramSocket, value: number): void => socket.setRecvBufferSize(value);
const sendBuffer = (socket: DatagramSocket, value: number): void => socket.setSendBufferSize(value);

function member(how: 'addMembership' | 'dropMembership') {
  return (socket: DatagramSocket, value: string | readonly [string, string?]): void => {
    if (typeof value === 'string') socket[how](value);
    else socket[how](...value);
  };
}

const TABLE: ReadonlyMap<string, Option> = new Map([
  early(SOL_SOCKET, 'SO_REUSEADDR'),
  early(SOL_SOCKET, 'SO_REUSEPORT', 23.1),
  early(IPPROTO_IPV6, 'IPV6_V6ONLY'),
  ofStreams(IPPROTO_TCP, 'TCP_NODELAY', FLAG, noDelay),
  ofStreams(SOL_SOCKET, 'SO_KEEPALIVE', FLAG, keepAlive),
  ofStreams(IPPROTO_TCP, 'TCP_KEEPIDLE', COUNT, keepAlive),
  ofStreams(SOL_SOCKET, 'SO_LINGER', LINGER, atTheEnd),
  ofDatagrams(SOL_SOCKET, 'SO_BROADCAST', FLAG, broadcast),
  ofDatagrams(SOL_SOCKET, 'SO_RCVBUF', COUNT, receiveBuffer),
  ofDatagrams(SOL_SOCKET, 'SO_SNDBUF', COUNT, sendBuffer),
  ofDatagrams(IPPROTO_IP, 'IP_TTL', COUNT, hops),
  ofDatagrams(IPPROTO_IPV6, 'IPV6_UNICAST_HOPS', COUNT, hops),
  ofDatagrams(IPPROTO_IP, 'IP_MULTICAST_TTL', COUNT, groupHops),
  ofDatagrams(IPPROTO_IPV6, 'IPV6_MULTICAST_HOPS', COUNT, groupHops),
  ofDatagrams(IPPROTO_IP, 'IP_MULTICAST_LOOP', FLAG, loopback),
  ofDatagrams(IPPROTO_IPV6, 'IPV6_MULTICAST_LOOP', FLAG, loopback),
  ofDatagrams(IPPROTO_IP, 'IP_MULTICAST_IF', ADDRESS, groupInterface),
  ofDatagrams(IPPROTO_IPV6, 'IPV6_MULTICAST_IF', ADDRESS, groupInterface),
  ofDatagrams(IPPROTO_IP, 'IP_ADD_MEMBERSHIP', GROUP, member('addMembership')),
  ofDatagrams(IPPROTO_IP, 'IP_DROP_MEMBERSHIP', GROUP, member('dropMembership')),
  ofDatagrams(IPPROTO_IPV6, 'IPV6_JOIN_GROUP', GROUP, member('addMembership')),
  ofDatagrams(IPPROTO_IPV6, 'IPV6_LEAVE_GROUP', GROUP, member('dropMembership')),
]);

/** @internal The options that were set on one socket. */
export class OptionStore {
  readonly #kind: 'streams' | 'datagrams';
  readonly #values = new Map<string, OptionValue>();
  /** What was set before there was an endpoint, in its order. */
  #waiting: (readonly [Option, OptionValue])[] = [];

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
    const at = key(level, number);
    const before = this.#values.get(at);
    this.#values.set(at, value);
    if (endpoint === undefined) this.#waiting.push([option, value]);
    try {
      this.#apply(option, value, endpoint);
    } catch (error) {
      if (before === undefined) this.#values.delete(at);
      else this.#values.set(at, before);
      throw error;
    }
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

  /** A client that was accepted begins with what was set on the socket that listens. */
  inherit(listening: OptionStore): void {
    for (const [at, value] of listening.#values) {
      const option = TABLE.get(at);
      if (option?.on !== 'streams') continue;
      this.#values.set(at, value);
      this.#waiting.push([option, value]);
    }
  }

  /** Sets on a fresh endpoint what was set before it was there. */
  applyTo(endpoint: Flow | DatagramPort): void {
    for (const [option, value] of this.#waiting.splice(0)) this.#apply(option, value, endpoint);
  }

  #apply(option: Option, value: OptionValue, endpoint: Endpoint): void {
    try {
      if (endpoint instanceof DatagramPort) option.onDatagram?.(endpoint.socket, value as never);
      else if (endpoint instanceof Flow && endpoint.stream instanceof StreamSocket)
        option.onStream?.(endpoint.stream, this.#values);
    } catch (error) {
      throw toSocketError(error, 'setsockopt');
    }
  }

  #find(call: string, level: number, number: number): Option {
    const option = TABLE.get(key(level, number));
    const known = option?.name ?? nameOf(level, number);
    if (option === undefined || (option.on !== 'both' && option.on !== this.#kind)) {
      const kind = this.#kind === 'streams' ? 'stream' : 'datagram';
      throw unavailable(`Cannot ${call}: Node has no call for ${known} of a ${kind} socket`);
    }
    const { since = 0 } = option;
    if (Number.parseFloat(process.versions.node) < since)
      throw unavailable(`Cannot ${call}: Node has ${known} from ${since} on`);
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
