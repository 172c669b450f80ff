/** The numbers that the socket calls take, with the names and values that they have on Linux. */

// Address families.
/** Any family, in look-ups. */
export const AF_UNSPEC = 0;
/** Sockets of the Unix domain. */
export const AF_UNIX = 1;
/** IPv4. */
export const AF_INET = 2;
/** IPv6. */
export const AF_INET6 = 10;

// Kinds of sockets.
/** A stream of bytes: TCP. */
export const SOCK_STREAM = 1;
/** Datagrams: UDP. */
export const SOCK_DGRAM = 2;
/** Raw packets; known to look-ups alone. */
export const SOCK_RAW = 3;

// Protocols, which are levels of options too.
/** IPv4, and the level of its options. */
export const IPPROTO_IP = 0;
/** ICMP. */
export const IPPROTO_ICMP = 1;
/** TCP, and the level of its options. */
export const IPPROTO_TCP = 6;
/** UDP. */
export const IPPROTO_UDP = 17;
/** IPv6, and the level of its options. */
export const IPPROTO_IPV6 = 41;

// Options of every socket, at the level SOL_SOCKET.
/** The level of the options that every socket has. */
export const SOL_SOCKET = 1;
/** An address may be used again at once. */
export const SO_REUSEADDR = 2;
/** The type of the socket. */
export const SO_TYPE = 3;
/** The number of the error it is in, or 0. */
export const SO_ERROR = 4;
/** Datagrams may go to everybody. */
export const SO_BROADCAST = 6;
/** The size of the kernel's buffer for sending. */
export const SO_SNDBUF = 7;
/** The size of the kernel's buffer for receiving. */
export const SO_RCVBUF = 8;
/** The kernel looks now and then whether the peer is still there. */
export const SO_KEEPALIVE = 9;
/** What closing does with what was not sent. */
export const SO_LINGER = 13;
/** Several sockets may listen on one port. */
export const SO_REUSEPORT = 15;
/** 1 for a socket that listens. */
export const SO_ACCEPTCONN = 30;
/** The protocol of the socket. */
export const SO_PROTOCOL = 38;
/** The family of the socket. */
export const SO_DOMAIN = 39;

// Options of TCP, at the level IPPROTO_TCP.
/** What is written is sent at once. */
export const TCP_NODELAY = 1;
/** Seconds of silence before SO_KEEPALIVE looks. */
export const TCP_KEEPIDLE = 4;
/** Seconds between two such looks. */
export const TCP_KEEPINTVL = 5;
/** How many of them go unanswered before the peer counts as gone. */
export const TCP_KEEPCNT = 6;

// Options of IPv4, at the level IPPROTO_IP.
/** How many routers a datagram may pass. */
export const IP_TTL = 2;
/** The interface that multicast goes out by. */
export const IP_MULTICAST_IF = 32;
/** How many routers multicast may pass. */
export const IP_MULTICAST_TTL = 33;
/** Multicast comes back to this host. */
export const IP_MULTICAST_LOOP = 34;
/** Joins a group. */
export const IP_ADD_MEMBERSHIP = 35;
/** Leaves a group. */
export const IP_DROP_MEMBERSHIP = 36;

// Options of IPv6, at the level IPPROTO_IPV6.
/** How many routers a datagram may pass. */
export const IPV6_UNICAST_HOPS = 16;
/** The interface that multicast goes out by. */
export const IPV6_MULTICAST_IF = 17;
/** How many routers multicast may pass. */
export const IPV6_MULTICAST_HOPS = 18;
/** Multicast comes back to this host. */
export const IPV6_MULTICAST_LOOP = 19;
/** Joins a group. */
export const IPV6_JOIN_GROUP = 20;
/** Leaves a group. */
export const IPV6_LEAVE_GROUP = 21;
/** The socket takes no IPv4 clients. */
export const IPV6_V6ONLY = 26;

// Flags of send and recv.
/** What is received stays to be received again. */
export const MSG_PEEK = 2;
/** This one call does not wait. */
export const MSG_DONTWAIT = 64;
/** All that was asked for, or what comes before the end. */
export const MSG_WAITALL = 256;

// What shutdown() ends.
/** Nothing more is received. */
export const SHUT_RD = 0;
/** Nothing more is sent; the peer sees the end. */
export const SHUT_WR = 1;
/** Both. */
export const SHUT_RDWR = 2;

/** How many clients may wait to be accepted, at most. */
export const SOMAXCONN = 4096;

// Flags of getAddrInfo().
/** For a socket to listen with: no host means every interface. */
export const AI_PASSIVE = 1;
/** The official name is asked for too. */
export const AI_CANONNAME = 2;
/** The host must be an address. */
export const AI_NUMERICHOST = 4;
/** IPv4 addresses as IPv6 ones, where there are no others. */
export const AI_V4MAPPED = 8;
/** With AI_V4MAPPED: in any case. */
export const AI_ALL = 16;
/** Only families that this host has addresses of. */
export const AI_ADDRCONFIG = 32;
/** The service must be a number. */
export const AI_NUMERICSERV = 1024;

// Flags of getNameInfo().
/** The address, in place of the name. */
export const NI_NUMERICHOST = 1;
/** The port, in place of the service. */
export const NI_NUMERICSERV = 2;
/** Only the first part of the name of a local host. */
export const NI_NOFQDN = 4;
/** It is an error to have no name. */
export const NI_NAMEREQD = 8;
/** The service is one of UDP. */
export const NI_DGRAM = 16;

// What the look-ups fail with.
/** Flags that make no sense. */
export const EAI_BADFLAGS = -1;
/** No such host, or service. */
export const EAI_NONAME = -2;
/** No answer now; later perhaps. */
export const EAI_AGAIN = -3;
/** The name server failed. */
export const EAI_FAIL = -4;
/** The host has no address. */
export const EAI_NODATA = -5;
/** No such family. */
export const EAI_FAMILY = -6;
/** No such type of socket. */
export const EAI_SOCKTYPE = -7;
/** The service is not there for this type of socket. */
export const EAI_SERVICE = -8;
/** The host has no address of this family. */
export const EAI_ADDRFAMILY = -9;
/** Out of memory. */
export const EAI_MEMORY = -10;
/** An error of the system. */
export const EAI_SYSTEM = -11;
/** The answer was too long. */
export const EAI_OVERFLOW = -12;

// Well-known IPv4 addresses, as numbers.
/** 0.0.0.0: every interface. */
export const INADDR_ANY = 0;
/** 127.0.0.1. */
export const INADDR_LOOPBACK = 0x7f_00_00_01;
/** 255.255.255.255. */
export const INADDR_BROADCAST = 0xff_ff_ff_ff;
