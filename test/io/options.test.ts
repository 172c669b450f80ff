// Socket options: which there are, when they take effect, what is refused.
import assert from 'node:assert/strict';
import type { Socket as DatagramSocket } from 'node:dgram';
import type { Socket as StreamSocket } from 'node:net';
import * as net from '../../src/socket.ts';
import { AF_INET6, SOCK_DGRAM, SocketError, Socket } from '../../src/socket.ts';
import { portOf, socketTest, until } from '../support/sockets.ts';

const { AF_INET, IPPROTO_IP, IPPROTO_IPV6, IPPROTO_TCP, SOL_SOCKET } = net;

/** Notes the calls that a Node socket gets from now on. */
function spy(target: object, ...names: string[]): unknown[][] {
  const calls: unknown[][] = [];
  const methods = target as Record<string, (...args: unknown[]) => unknown>;
  for (const name of names) {
    const original = methods[name] as (...args: unknown[]) => unknown;
    methods[name] = (...args) => {
      calls.push([name, ...args]);
      return original.apply(target, args);
    };
  }
  return calls;
}

function udpOf(socket: Socket): DatagramSocket {
  return (socket.watchable as unknown as { socket: DatagramSocket }).socket;
}

async function boundUdp(keep: (socket: Socket) => Socket, ...options: [number, number, net.OptionValue][]) {
  const socket = keep(new Socket(AF_INET, SOCK_DGRAM));
  for (const option of options) socket.setSockOpt(...option);
  await socket.bind(['127.0.0.1', 0]);
  return socket;
}

function refused(code: string, text: RegExp): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof SocketError);
    assert.equal(error.code, code);
    assert.match(error.message, text);
    return true;
  };
}

socketTest('an option is 0 until it is set, and then as it was set', async ({ keep }) => {
  const socket = keep(new Socket());
  assert.equal(socket.getSockOpt(IPPROTO_TCP, net.TCP_NODELAY), 0);
  socket.setSockOpt(IPPROTO_TCP, net.TCP_NODELAY, 1);
  assert.equal(socket.getSockOpt(IPPROTO_TCP, net.TCP_NODELAY), 1);
  socket.setSockOpt(SOL_SOCKET, net.SO_LINGER, [1, 0]);
  assert.deepEqual(socket.getSockOpt(SOL_SOCKET, net.SO_LINGER), [1, 0]);
  assert.equal(socket.dup().getSockOpt(IPPROTO_TCP, net.TCP_NODELAY), 1);
});

socketTest('what a socket is can be asked like an option', async ({ keep, listening, withPeer }) => {
  const udp = keep(new Socket(AF_INET6, SOCK_DGRAM));
  assert.equal(udp.getSockOpt(SOL_SOCKET, net.SO_TYPE), SOCK_DGRAM);
  assert.equal(udp.getSockOpt(SOL_SOCKET, net.SO_DOMAIN), AF_INET6);
  assert.equal(udp.getSockOpt(SOL_SOCKET, net.SO_PROTOCOL), 0);
  const listener = await listening();
  assert.equal(listener.getSockOpt(SOL_SOCKET, net.SO_ACCEPTCONN), 1);
  assert.equal(udp.getSockOpt(SOL_SOCKET, net.SO_ACCEPTCONN), 0);
  const [socket, peer] = await withPeer();
  assert.equal(socket.getSockOpt(SOL_SOCKET, net.SO_ERROR), 0);
  peer.resetAndDestroy();
  await assert.rejects(socket.recv());
  assert.ok(Number(socket.getSockOpt(SOL_SOCKET, net.SO_ERROR)) > 0);
});

socketTest(
  'TCP_NODELAY and keep-alive are set on the connection, seconds as milliseconds',
  async ({ pair }) => {
    const [client] = await pair();
    const calls = spy(client.stream as StreamSocket, 'setNoDelay', 'setKeepAlive');
    client.setSockOpt(IPPROTO_TCP, net.TCP_NODELAY, true);
    client.setSockOpt(IPPROTO_TCP, net.TCP_KEEPIDLE, 7);
    client.setSockOpt(SOL_SOCKET, net.SO_KEEPALIVE, 1);
    client.setSockOpt(IPPROTO_TCP, net.TCP_NODELAY, 0);
    assert.deepEqual(calls, [
      ['setNoDelay', true],
      ['setKeepAlive', false, 7000],
      ['setKeepAlive', true, 7000],
      ['setNoDelay', false],
    ]);
  },
);

socketTest('what is set before connecting takes effect then', async ({ keep, listening }) => {
  const listener = await listening();
  const client = keep(new Socket());
  client.setSockOpt(SOL_SOCKET, net.SO_LINGER, [1, 0]);
  client.setSockOpt(IPPROTO_TCP, net.TCP_NODELAY, 1);
  await client.connect(['127.0.0.1', portOf(listener)]);
  const server = keep((await listener.accept())[0]);
  await client.sendAll('x');
  await server.recv();
  client.close();
  // Lingering for no time is a reset.
  await assert.rejects(server.recv(), refused('ECONNRESET', /reset/));
});

socketTest('the options of UDP are set on the socket, at once or when it is bound', async ({ keep }) => {
  const early = await boundUdp(
    keep,
    [SOL_SOCKET, net.SO_RCVBUF, 65_536],
    [SOL_SOCKET, net.SO_SNDBUF, 65_536],
  );
  assert.ok(udpOf(early).getRecvBufferSize() >= 65_536);
  assert.ok(udpOf(early).getSendBufferSize() >= 65_536);
  const late = await boundUdp(keep);
  const calls = spy(
    udpOf(late),
    'setBroadcast',
    'setTTL',
    'setMulticastTTL',
    'setMulticastLoopback',
    'setMulticastInterface',
  );
  late.setSockOpt(SOL_SOCKET, net.SO_BROADCAST, 1);
  late.setSockOpt(IPPROTO_IP, net.IP_TTL, 3);
  late.setSockOpt(IPPROTO_IP, net.IP_MULTICAST_TTL, 4);
  late.setSockOpt(IPPROTO_IP, net.IP_MULTICAST_LOOP, 0);
  late.setSockOpt(IPPROTO_IP, net.IP_MULTICAST_IF, '127.0.0.1');
  assert.deepEqual(calls, [
    ['setBroadcast', true],
    ['setTTL', 3],
    ['setMulticastTTL', 4],
    ['setMulticastLoopback', false],
    ['setMulticastInterface', '127.0.0.1'],
  ]);
});

socketTest(
  'groups are joined and left, each of several that were asked for before the bind',
  async ({ keep }) => {
    const socket = keep(new Socket(AF_INET, SOCK_DGRAM));
    const groups = ['239.1.2.3', '239.1.2.4'];
    for (const group of groups) socket.setSockOpt(IPPROTO_IP, net.IP_ADD_MEMBERSHIP, [group, '127.0.0.1']);
    await socket.bind(['0.0.0.0', 0]);
    const sender = keep(new Socket(AF_INET, SOCK_DGRAM));
    sender.setSockOpt(IPPROTO_IP, net.IP_MULTICAST_IF, '127.0.0.1');
    for (const group of groups) {
      await sender.sendTo(group, [group, portOf(socket)]);
      assert.equal(String((await socket.recvFrom())[0]), group);
    }
    const [first, second] = groups as [string, string];
    socket.setSockOpt(IPPROTO_IP, net.IP_DROP_MEMBERSHIP, [first, '127.0.0.1']);
    await sender.sendTo('lost', [first, portOf(socket)]);
    await sender.sendTo('heard', [second, portOf(socket)]);
    assert.equal(String((await socket.recvFrom())[0]), 'heard');
  },
);

socketTest('SO_REUSEADDR lets two UDP sockets have one port', async ({ keep }) => {
  const first = await boundUdp(keep, [SOL_SOCKET, net.SO_REUSEADDR, 1]);
  const second = keep(new Socket(AF_INET, SOCK_DGRAM));
  await assert.rejects(second.bind(first.getSockName()), refused('EADDRINUSE', /in use/));
  const third = keep(new Socket(AF_INET, SOCK_DGRAM));
  third.setSockOpt(SOL_SOCKET, net.SO_REUSEADDR, true);
  await third.bind(first.getSockName());
  assert.equal(portOf(third), portOf(first));
});

socketTest(
  'SO_REUSEPORT spreads clients over listeners, where Node has it, and is refused elsewhere',
  async (world) => {
    const first = world.keep(new Socket());
    if (Number.parseFloat(process.versions.node) < 23.1) {
      assert.throws(
        () => first.setSockOpt(SOL_SOCKET, net.SO_REUSEPORT, 1),
        refused('ENOPROTOOPT', /Node has SO_REUSEPORT from 23.1 on/),
      );
      return;
    }
    first.setSockOpt(SOL_SOCKET, net.SO_REUSEPORT, 1);
    await first.bind(['127.0.0.1', 0]);
    await first.listen();
    const second = world.keep(new Socket());
    second.setSockOpt(SOL_SOCKET, net.SO_REUSEPORT, 1);
    await second.bind(first.getSockName());
    await second.listen();
    for (
      let count = 0;
      count < 200 && !(first.watchable.isReadable && second.watchable.isReadable);
      count += 1
    ) {
      await world.keep(new Socket()).connect(first.getSockName());
    }
    await until(() => first.watchable.isReadable && second.watchable.isReadable, 'a client on each');
  },
);

socketTest('IPV6_V6ONLY keeps IPv4 clients out', async ({ keep }) => {
  for (const isOnly of [false, true]) {
    const listener = keep(new Socket(AF_INET6));
    listener.setSockOpt(IPPROTO_IPV6, net.IPV6_V6ONLY, isOnly);
    await listener.bind(['::', 0]);
    await listener.listen();
    const client = keep(new Socket());
    const outcome = client.connect(['127.0.0.1', portOf(listener)]);
    if (isOnly) await assert.rejects(outcome, refused('ECONNREFUSED', /refused/));
    else await outcome;
    listener.close();
  }
});

socketTest('what has to come early is refused late', async ({ pair }) => {
  const [client] = await pair();
  assert.throws(
    () => client.setSockOpt(SOL_SOCKET, net.SO_REUSEADDR, 1),
    refused('ENOPROTOOPT', /Cannot set SO_REUSEADDR: it has to come before bind, listen and connect/),
  );
});

socketTest('an option that Node has no call for is refused by its name', async ({ keep }) => {
  const stream = keep(new Socket());
  const udp = keep(new Socket(AF_INET, SOCK_DGRAM));
  const cases: [Socket, number, number, RegExp][] = [
    [stream, SOL_SOCKET, net.SO_RCVBUF, /no call for SO_RCVBUF of a stream socket/],
    [stream, IPPROTO_IP, net.IP_TTL, /no call for IP_TTL of a stream socket/],
    [stream, IPPROTO_TCP, net.TCP_KEEPCNT, /no call for TCP_KEEPCNT/],
    [udp, IPPROTO_TCP, net.TCP_NODELAY, /no call for TCP_NODELAY of a datagram socket/],
    [udp, SOL_SOCKET, net.SO_LINGER, /no call for SO_LINGER of a datagram socket/],
    [udp, SOL_SOCKET, 999, /no call for option 999 at level 1/],
  ];
  for (const [socket, level, option, text] of cases) {
    assert.throws(() => socket.setSockOpt(level, option, 1), refused('ENOPROTOOPT', text));
    assert.throws(() => socket.getSockOpt(level, option), refused('ENOPROTOOPT', text));
  }
});

socketTest('a value that an option does not take is refused, and changes nothing', async ({ keep }) => {
  const stream = keep(new Socket());
  const udp = await boundUdp(keep);
  const bad = (socket: Socket, level: number, option: number, value: unknown, text: RegExp): void => {
    assert.throws(() => socket.setSockOpt(level, option, value as number), text);
    assert.equal(socket.getSockOpt(level, option), 0);
  };
  bad(
    stream,
    IPPROTO_TCP,
    net.TCP_NODELAY,
    2,
    /setSockOpt\(TCP_NODELAY\): expected true, false, 0 or 1, got 2/,
  );
  bad(stream, IPPROTO_TCP, net.TCP_KEEPIDLE, -1, /an integer of at least 0/);
  bad(stream, SOL_SOCKET, net.SO_LINGER, [1, 5], /\[0, 0\] or \[1, 0\]/);
  bad(udp, IPPROTO_IP, net.IP_MULTICAST_IF, 1, /an address/);
  bad(udp, IPPROTO_IP, net.IP_ADD_MEMBERSHIP, [], /a group address/);
  // What the system refuses is an error of the network.
  for (const value of ['1.2.3.4', ['239.1.2.3', 'nowhere']]) {
    assert.throws(
      () => udp.setSockOpt(IPPROTO_IP, net.IP_ADD_MEMBERSHIP, value as string),
      (error) => error instanceof SocketError && error.cause instanceof Error,
    );
  }
  assert.equal(udp.getSockOpt(IPPROTO_IP, net.IP_ADD_MEMBERSHIP), 0);
  assert.throws(() => stream.setSockOpt('1' as never, 1, 1), TypeError);
  stream.close();
  assert.throws(
    () => stream.setSockOpt(IPPROTO_TCP, net.TCP_NODELAY, 1),
    refused('EBADF', /bad file descriptor/),
  );
});
