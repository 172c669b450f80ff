/** Sockets, addresses and look-ups of names, with the names of Python's socket module. gevent: `gevent.socket`. @module gevent-ts/socket */
export { Socket, socket, Socket as SocketType } from './io/socket.ts';
export type { SendableData } from './io/bytes.ts';
export type { Newline } from './io/text-buffer.ts';
export type { OptionValue } from './io/socket-options.ts';
export { SocketFile, SocketFile as SocketIO } from './io/socket-file.ts';
export type { FileMode, SocketFileOptions } from './io/socket-file.ts';
export { type ConnectionOptions, createConnection } from './io/create-connection.ts';
export { type ServerSocketOptions, createServer, hasDualstackIpv6 } from './io/create-server.ts';
export { socketPair } from './io/socket-pair.ts';
export { getDefaultTimeout, setDefaultTimeout } from './io/default-timeout.ts';
export {
  type WaitReadyOptions,
  cancelWait,
  cancelWaitEx,
  wait,
  waitRead,
  waitReadWrite,
  waitWrite,
} from './io/wait.ts';
export { fromFd } from './io/from-fd.ts';
export type { Pollable } from './io/pollable.ts';
export type { NodeStream } from './io/stream-watch.ts';
export type { ReadyCallback, Watchable } from './io/watchable.ts';
export {
  type SocketErrorDetails,
  SocketError,
  SocketTimeout,
  GetAddrInfoError,
  HostError,
  SocketError as error,
  SocketTimeout as timeout,
  GetAddrInfoError as gaierror,
  HostError as herror,
} from './inet/errors.ts';
export { type Address, type InetAddress, parseAddress } from './inet/address.ts';
export type { AddrInfo, AddrInfoHints } from './dns/addr-info.ts';
export type { HostTriple } from './dns/host-entry.ts';
export {
  getAddrInfo,
  getFqdn,
  getHostByAddr,
  getHostByName,
  getHostByNameEx,
  getNameInfo,
} from './dns/look-up.ts';
export { htonl, htons, ntohl, ntohs } from './inet/byte-order.ts';
export { inetAton, inetNtoa, inetNtop, inetPton } from './inet/inet.ts';
export { getHostName, ifIndexToName, ifNameIndex, ifNameToIndex } from './inet/interfaces.ts';
export { getProtoByName, getServByName, getServByPort } from './inet/services.ts';
export {
  AF_UNSPEC,
  AF_UNIX,
  AF_INET,
  AF_INET6,
  SOCK_STREAM,
  SOCK_DGRAM,
  SOCK_RAW,
  IPPROTO_IP,
  IPPROTO_ICMP,
  IPPROTO_TCP,
  IPPROTO_UDP,
  IPPROTO_IPV6,
  SOL_SOCKET,
  SO_REUSEADDR,
  SO_TYPE,
  SO_ERROR,
  SO_BROADCAST,
  SO_SNDBUF,
  SO_RCVBUF,
  SO_KEEPALIVE,
  SO_LINGER,
  SO_REUSEPORT,
  SO_ACCEPTCONN,
  SO_PROTOCOL,
  SO_DOMAIN,
  TCP_NODELAY,
  TCP_KEEPIDLE,
  TCP_KEEPINTVL,
  TCP_KEEPCNT,
  IP_TTL,
  IP_MULTICAST_IF,
  IP_MULTICAST_TTL,
  IP_MULTICAST_LOOP,
  IP_ADD_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IPV6_UNICAST_HOPS,
  IPV6_MULTICAST_IF,
  IPV6_MULTICAST_HOPS,
  IPV6_MULTICAST_LOOP,
  IPV6_JOIN_GROUP,
  IPV6_LEAVE_GROUP,
  IPV6_V6ONLY,
  MSG_PEEK,
  MSG_DONTWAIT,
  MSG_WAITALL,
  SHUT_RD,
  SHUT_WR,
  SHUT_RDWR,
  SOMAXCONN,
  AI_PASSIVE,
  AI_CANONNAME,
  AI_NUMERICHOST,
  AI_V4MAPPED,
  AI_ALL,
  AI_ADDRCONFIG,
  AI_NUMERICSERV,
  NI_NUMERICHOST,
  NI_NUMERICSERV,
  NI_NOFQDN,
  NI_NAMEREQD,
  NI_DGRAM,
  EAI_BADFLAGS,
  EAI_NONAME,
  EAI_AGAIN,
  EAI_FAIL,
  EAI_NODATA,
  EAI_FAMILY,
  EAI_SOCKTYPE,
  EAI_SERVICE,
  EAI_ADDRFAMILY,
  EAI_MEMORY,
  EAI_SYSTEM,
  EAI_OVERFLOW,
  INADDR_ANY,
  INADDR_LOOPBACK,
  INADDR_BROADCAST,
} from './inet/constants.ts';
