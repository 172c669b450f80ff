/** What a service is reached by: the kinds of sockets that `getaddrinfo` knows, and the ports of a service there. */
import * as constants from '../inet/constants.ts';
import { findService } from '../inet/services.ts';
import { addrInfoError } from './failures.ts';

/** @internal A kind of socket, and the port to use with it. */
export interface Endpoint {
  readonly type: number;
  readonly proto: number;
  readonly port: number;
}

interface Kind {
  readonly type: number;
  readonly proto: number;
  /** The protocol's name in the list of services; undefined where services mean nothing. */
  readonly services: string | undefined;
  /** Given when no kind is asked for. */
  readonly isUsual: boolean;
}

const { SOCK_DGRAM, SOCK_RAW, SOCK_STREAM, IPPROTO_TCP, IPPROTO_UDP } = constants;
const SOCK_SEQPACKET = 5;
const SOCK_DCCP = 6;
const IPPROTO_DCCP = 33;
const IPPROTO_SCTP = 132;
const IPPROTO_UDPLITE = 136;

// In the order in which they are answered, that of glibc.
const KINDS: readonly Kind[] = [
  { type: SOCK_STREAM, proto: IPPROTO_TCP, services: 'tcp', isUsual: true },
  { type: SOCK_DGRAM, proto: IPPROTO_UDP, services: 'udp', isUsual: true },
  { type: SOCK_DCCP, proto: IPPROTO_DCCP, services: 'dccp', isUsual: false },
  { type: SOCK_DGRAM, proto: IPPROTO_UDPLITE, services: 'udplite', isUsual: false },
  { type: SOCK_STREAM, proto: IPPROTO_SCTP, services: 'sctp', isUsual: false },
  { type: SOCK_SEQPACKET, proto: IPPROTO_SCTP, services: 'sctp', isUsual: false },
  { type: SOCK_RAW, proto: 0, services: undefined, isUsual: true },
];

/** @internal The kinds of sockets for a service: a port, its name, or undefined for none in particular. */
export function endpointsOf(
  service: number | string | undefined,
  { type, proto }: { readonly type: number; readonly proto: number },
  isNumberOnly: boolean,
): readonly Endpoint[] {
  const port = portOf(service);
  if (port === undefined && isNumberOnly) throw addrInfoError('EAI_NONAME', `port ${String(service)}`);
  if (type !== 0 || proto !== 0) {
    // The protocol of a raw socket is the caller's own affair.
    const isAsked = (kind: Kind): boolean =>
      (type === 0 || type === kind.type) && (proto === 0 || proto === kind.proto || kind.type === SOCK_RAW);
    const kind = KINDS.find(isAsked);
    if (kind === undefined) throw refused(type, proto);
    if (service !== undefined && kind.services === undefined) throw unknownService(service);
    const found = port ?? findService(String(service), kind.services);
    if (found === undefined) throw unknownService(service);
    return [{ type: kind.type, proto: kind.type === SOCK_RAW ? proto : kind.proto, port: found }];
  }
  if (port !== undefined)
    return KINDS.filter(({ isUsual }) => isUsual).map((kind) => ({ ...plain(kind), port }));
  const found = KINDS.flatMap((kind): Endpoint[] => {
    const known = kind.services === undefined ? undefined : findService(String(service), kind.services);
    return known === undefined ? [] : [{ ...plain(kind), port: known }];
  });
  if (found.length === 0) throw unknownService(service);
  return found;
}

function plain({ type, proto }: Kind): { type: number; proto: number } {
  return { type, proto };
}

/** The port as a number; undefined for the name of a service. */
function portOf(service: number | string | undefined): number | undefined {
  if (service === undefined) return 0;
  if (typeof service === 'number') return service;
  if (!/^\s*\+?\d+$/.test(service)) return undefined;
  const port = Number(service);
  if (port > 65_535) throw unknownService(service);
  return port;
}

function unknownService(service: unknown): Error {
  return addrInfoError('EAI_SERVICE', `service ${String(service)}`);
}

function refused(type: number, proto: number): Error {
  if (type === 0) return addrInfoError('EAI_SERVICE', `protocol ${proto}`);
  return addrInfoError('EAI_SOCKTYPE', `socket type ${type}${proto === 0 ? '' : ` with protocol ${proto}`}`);
}
