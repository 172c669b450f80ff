// Groups of receivers, on loopback.
import assert from 'node:assert/strict';
import {
  AF_INET,
  IPPROTO_IP,
  IP_ADD_MEMBERSHIP,
  IP_DROP_MEMBERSHIP,
  IP_MULTICAST_IF,
  IP_MULTICAST_LOOP,
  IP_MULTICAST_TTL,
  SOCK_DGRAM,
  Socket,
  SocketTimeout,
} from '../../src/socket.ts';
import { type World, failsWith, portOf, socketTest } from '../support/sockets.ts';

const GROUPS = ['239.255.77.1', '239.255.77.2'] as const;
const LOOPBACK = '127.0.0.1';

async function sender({ keep }: World): Promise<Socket> {
  const socket = keep(new Socket(AF_INET, SOCK_DGRAM));
  socket.setSockOpt(IPPROTO_IP, IP_MULTICAST_IF, LOOPBACK);
  socket.setSockOpt(IPPROTO_IP, IP_MULTICAST_LOOP, 1);
  socket.setSockOpt(IPPROTO_IP, IP_MULTICAST_TTL, 1);
  await socket.bind([LOOPBACK, 0]);
  return socket;
}

socketTest('members of a group receive what is sent to it, until they leave', async (world) => {
  const from = await sender(world);
  const member = world.keep(new Socket(AF_INET, SOCK_DGRAM));
  await member.bind(['', 0]);
  member.setSockOpt(IPPROTO_IP, IP_ADD_MEMBERSHIP, [GROUPS[0], LOOPBACK]);
  await from.sendTo('to all', [GROUPS[0], portOf(member)]);
  assert.equal(String(await member.recv()), 'to all');
  member.setSockOpt(IPPROTO_IP, IP_DROP_MEMBERSHIP, [GROUPS[0], LOOPBACK]);
  member.setTimeout(0.1);
  await from.sendTo('to the others', [GROUPS[0], portOf(member)]);
  await assert.rejects(member.recv(), SocketTimeout);
});

socketTest(
  'groups may be joined before the socket is bound: all of them, but those left again',
  async (world) => {
    const from = await sender(world);
    const member = world.keep(new Socket(AF_INET, SOCK_DGRAM));
    for (const group of GROUPS) member.setSockOpt(IPPROTO_IP, IP_ADD_MEMBERSHIP, [group, LOOPBACK]);
    member.setSockOpt(IPPROTO_IP, IP_ADD_MEMBERSHIP, ['239.255.77.3', LOOPBACK]);
    member.setSockOpt(IPPROTO_IP, IP_DROP_MEMBERSHIP, ['239.255.77.3', LOOPBACK]);
    await member.bind(['', 0]);
    for (const group of GROUPS) {
      await from.sendTo(group, [group, portOf(member)]);
      assert.equal(String(await member.recv()), group);
      // It is a member.
      member.setSockOpt(IPPROTO_IP, IP_DROP_MEMBERSHIP, [group, LOOPBACK]);
    }
    // It is not in that one.
    assert.throws(
      () => member.setSockOpt(IPPROTO_IP, IP_DROP_MEMBERSHIP, ['239.255.77.3', LOOPBACK]),
      failsWith('EADDRNOTAVAIL'),
    );
  },
);

socketTest(
  "a group that is none is refused with the system's error, by bind() when it came before that",
  async (world) => {
    const member = world.keep(new Socket(AF_INET, SOCK_DGRAM));
    await member.bind([LOOPBACK, 0]);
    assert.throws(
      () => member.setSockOpt(IPPROTO_IP, IP_ADD_MEMBERSHIP, ['10.1.2.3', LOOPBACK]),
      failsWith('EINVAL'),
    );
    const early = world.keep(new Socket(AF_INET, SOCK_DGRAM));
    early.setSockOpt(IPPROTO_IP, IP_ADD_MEMBERSHIP, ['10.1.2.3', LOOPBACK]);
    await assert.rejects(early.bind([LOOPBACK, 0]), failsWith('EINVAL'));
    assert.equal(early.fileno(), -1);
  },
);
