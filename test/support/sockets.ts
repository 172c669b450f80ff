// What the tests of sockets share: pairs of them, peers that are bare Node, and a look at what is left over.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import * as net from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { getHub } from '../../src/core/hub.ts';
import { sleep } from '../../src/core/sleep.ts';
import type { Address, InetAddress } from '../../src/inet/address.ts';
import { AF_INET } from '../../src/inet/constants.ts';
import { SocketError } from '../../src/inet/errors.ts';
import { Socket } from '../../src/io/socket.ts';
import { assertNothingLeft } from './kernel.ts';

/** Milliseconds that a test may take, lest it hang. */
const LIMIT = process.env['GEVENT_TEST_FULL'] === undefined ? 30_000 : 600_000;

/** Something that is closed, or destroyed, when its test is over. */
type Closable = { close(): unknown } | { destroy(): unknown };

/** What a test of sockets is given. */
export interface World {
  /** Closes it when the test is over. */
  keep<T extends Closable>(thing: T): T;
  /** A socket that listens on loopback. */
  listening(backlog?: number): Promise<Socket>;
  /** Two sockets that are connected over loopback. */
  pair(): Promise<[Socket, Socket]>;
  /** A socket, and the bare Node stream at the other end. */
  withPeer(): Promise<[Socket, net.Socket]>;
  /** The errors printed so far, which the test expected: they are taken away. */
  takePrinted(): string[];
}

/** Descriptors of sockets that this process has open; 0 where the system does not say. */
export function openSockets(): number {
  let count = 0;
  try {
    for (const fd of readdirSync('/proc/self/fd')) if (isSocket(fd)) count += 1;
  } catch {
    return 0;
  }
  return count;
}

function isSocket(fd: string): boolean {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`).startsWith('socket:');
  } catch {
    // It was the one that read the folder.
    return false;
  }
}

/** Waits until `condition` holds; fails when it does not within twenty seconds. */
export async function until(condition: () => boolean, what = 'a condition'): Promise<void> {
  for (let turn = 0; turn < 4000; turn += 1) {
    if (condition()) return;
    await delay(5);
  }
  assert.fail(`waited for ${what} in vain`);
}

/** Lets events and whoever they make ready have their turns. */
export async function turns(count = 5): Promise<void> {
  for (let turn = 0; turn < count; turn += 1) await sleep(0.002);
}

/**
 * A test with real sockets. It fails when it leaves something registered with the kernel, a socket open, an error
 * printed, or a rejection that nobody handled.
 */
export function socketTest(name: string, body: (world: World) => unknown): void {
  test(name, { timeout: LIMIT }, () => runSockets(body));
}

async function runSockets(body: (world: World) => unknown): Promise<void> {
  const before = openSockets();
  const hub = getHub();
  const { exceptionStream } = hub;
  const printed: string[] = [];
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
  const kept: Closable[] = [];
  hub.exceptionStream = { write: (text) => printed.push(text) };
  process.on('unhandledRejection', onUnhandled);
  try {
    await body(makeWorld(kept, printed));
    for (const thing of kept.reverse()) end(thing);
    await turns(2);
    assertNothingLeft();
    await until(() => openSockets() <= before, 'the sockets to be closed');
    assert.deepEqual(printed, [], 'errors were printed that the test did not expect');
    assert.deepEqual(unhandled, [], 'unhandled rejections');
  } finally {
    for (const thing of kept) end(thing);
    for (const greenlet of hub.greenlets()) greenlet.throw();
    process.off('unhandledRejection', onUnhandled);
    hub.exceptionStream = exceptionStream;
  }
}

function end(thing: Closable): void {
  if ('destroy' in thing) thing.destroy();
  else thing.close();
}

function makeWorld(kept: Closable[], printed: string[]): World {
  const keep = <T extends Closable>(thing: T): T => {
    kept.push(thing);
    return thing;
  };
  const listening = async (backlog?: number): Promise<Socket> => {
    const listener = keep(new Socket(AF_INET));
    await listener.bind(['127.0.0.1', 0]);
    await listener.listen(backlog);
    return listener;
  };
  return {
    keep,
    listening,
    pair: async () => {
      const listener = await listening();
      const client = keep(new Socket());
      await client.connect(listener.getSockName());
      const [server] = await listener.accept();
      listener.close();
      return [client, keep(server)];
    },
    withPeer: async () => {
      const listener = await listening();
      const peer = keep(net.connect({ port: portOf(listener), host: '127.0.0.1', allowHalfOpen: true }));
      peer.on('error', () => {});
      peer.pause();
      await once(peer, 'connect');
      const [socket] = await listener.accept();
      listener.close();
      return [keep(socket), peer];
    },
    takePrinted: () => printed.splice(0),
  };
}

/** The port of a socket's own address. */
export function portOf(socket: { getSockName(): Address }): number {
  return (socket.getSockName() as InetAddress)[1];
}

/** A port of loopback where nobody listens. */
export async function closedPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Everything that arrives until the peer's end. */
export async function receiveAll(socket: Socket): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (;;) {
    const data = await socket.recv();
    if (data.length === 0) return Buffer.concat(parts);
    parts.push(data);
  }
}

/** For `assert.rejects` and `assert.throws`: an error of the network with this code, and the number that it has. */
export function failsWith(code: string): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof SocketError, `not a SocketError: ${String(error)}`);
    assert.equal(error.code, code);
    assert.equal(typeof error.errno, 'number', `${code} has no errno`);
    return true;
  };
}
