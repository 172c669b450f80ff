// An HTTP engine behind a real listener on loopback, and clients that say exactly what they are told to.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { getHub } from '../../src/core/hub.ts';
import type { Greenlet } from '../../src/core/greenlet.ts';
import { killAll } from '../../src/core/join.ts';
import { spawn } from '../../src/core/spawn.ts';
import { HttpEngine } from '../../src/http/engine.ts';
import type { Serve } from '../../src/http/exchange.ts';
import type { HTTPServerOptions } from '../../src/http/options.ts';
import { assertNothingLeft } from './kernel.ts';

/** What a test of the engine is given. */
export interface World {
  /** Serves with these; logs are off unless given. Ends with the test. */
  serve(serve: Serve, options?: HTTPServerOptions): Promise<Served>;
  /** The uncaught errors printed so far, which the test expected: they are taken away. */
  takePrinted(): string;
}

/** A listening engine. */
export interface Served {
  readonly port: number;
  readonly engine: HttpEngine;
  /** The greenlets of the connections, in the order in which they came. */
  readonly greenlets: Greenlet[];
  /** A connection of the test's own; cut at the end of the test. */
  connect(): Promise<Client>;
  /** Sends bytes on a connection of its own, and answers all that comes until the server closes it. */
  exchange(bytes: string, options?: { readonly end?: boolean }): Promise<string>;
}

/** A connection that is written to by hand. */
export interface Client {
  readonly socket: Socket;
  /** All that came so far. */
  readonly received: string;
  send(bytes: string): void;
  /** Waits until what came holds `text`. */
  until(text: string | RegExp): Promise<string>;
  /** Waits until the server has ended or cut the connection; answers all that came. */
  closed(): Promise<string>;
}

const GENEROUS = 20_000;

/** A test of the engine: it fails when it leaves a greenlet, timer, socket or listener, or an error it did not expect. */
export function engineTest(name: string, body: (world: World) => unknown): void {
  test(name, { timeout: 60_000 }, () => runWorld(body));
}

async function runWorld(body: (world: World) => unknown): Promise<void> {
  const hub = getHub();
  const printed: string[] = [];
  const { exceptionStream } = hub;
  hub.exceptionStream = { write: (text) => printed.push(text) };
  const cleanups: (() => Promise<void>)[] = [];
  const world: World = {
    async serve(serve, options = {}) {
      const listening = await listen(serve, { log: null, errorLog: null, ...options });
      cleanups.push(() => listening.close());
      return listening;
    },
    takePrinted: () => printed.splice(0).join(''),
  };
  try {
    await body(world);
  } finally {
    for (const cleanup of cleanups) await cleanup();
    hub.exceptionStream = exceptionStream;
  }
  assert.deepEqual(printed, [], 'errors were printed that the test did not expect');
  await eventually(() => assertNothingLeft());
  await eventually(() => assert.deepEqual(openHandles(), []));
}

function openHandles(): string[] {
  const own = ['TCPSocketWrap', 'TCPServerWrap', 'PipeWrap', 'TLSWrap'];
  return process.getActiveResourcesInfo().filter((kind) => own.includes(kind) && kind !== 'PipeWrap');
}

/** Tries until it does not fail. */
export async function eventually(check: () => unknown, milliseconds: number = GENEROUS): Promise<void> {
  const deadline = Date.now() + milliseconds;
  for (;;) {
    try {
      return void (await check());
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
    await delay(5);
  }
}

interface Listening extends Served {
  close(): Promise<void>;
}

async function listen(serve: Serve, options: HTTPServerOptions): Promise<Listening> {
  const engine = new HttpEngine(serve, options);
  const greenlets: Greenlet[] = [];
  const clients: Socket[] = [];
  const server: Server = createServer({ allowHalfOpen: true, pauseOnConnect: true }, (socket) => {
    greenlets.push(spawn(() => engine.serve(socket)));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connectTo = async (): Promise<Client> => {
    const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
    clients.push(socket);
    await once(socket, 'connect');
    return clientOf(socket);
  };
  return {
    port,
    engine,
    greenlets,
    connect: connectTo,
    async exchange(bytes, { end = false } = {}) {
      const client = await connectTo();
      client.send(bytes);
      if (end) client.socket.end();
      return client.closed();
    },
    async close() {
      for (const client of clients) client.destroy();
      await killAll(greenlets, { timeout: 10 });
      server.close();
      await eventually(() => assert.equal(engine.connections, 0));
      assert.equal(engine.requests, 0);
      assert.equal(engine.active, 0);
    },
  };
}

function clientOf(socket: Socket): Client {
  let received = '';
  let isClosed = false;
  let wake = (): void => {};
  const arrived = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  const over = (): void => {
    isClosed = true;
    socket.destroy();
    wake();
  };
  socket.setEncoding('latin1');
  socket.on('data', (text: string) => {
    received += text;
    wake();
  });
  socket.on('error', over);
  socket.on('end', over);
  socket.on('close', over);
  const waitFor = async (isThere: () => boolean, what: string): Promise<string> => {
    const timer = setTimeout(() => socket.destroy(new Error('late')), GENEROUS);
    try {
      while (!isThere()) {
        if (isClosed) assert.fail(`the connection was closed before ${what}; there came: ${received}`);
        await arrived();
      }
      return received;
    } finally {
      clearTimeout(timer);
    }
  };
  return {
    socket,
    get received() {
      return received;
    },
    send: (bytes) => void socket.write(bytes, 'latin1'),
    until: (text) =>
      waitFor(
        () => (typeof text === 'string' ? received.includes(text) : text.test(received)),
        `${String(text)} came`,
      ),
    closed: () => waitFor(() => isClosed, 'it was closed'),
  };
}

/** A GET request as bytes. */
export function get(path: string, ...headers: string[]): string {
  return [`GET ${path} HTTP/1.1`, 'Host: test', ...headers, '', ''].join('\r\n');
}

/** The statuses of the answers in what came. */
export function statusesOf(received: string): number[] {
  return [...received.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}
