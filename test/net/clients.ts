// What the tests of servers share: clients of node:net, and tests after which nothing may be left.
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import {
  type AddressInfo,
  type NetConnectOpts,
  type Socket as NetSocket,
  connect,
  createServer,
} from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { getHub } from '../../src/hub.ts';
import { registered } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';

/** Where a client connects to: a port on 127.0.0.1, or anything that node:net takes. */
export type Where = number | string | NetConnectOpts | undefined;

/** A client that keeps what it was sent. */
export class Client {
  readonly socket: NetSocket;
  received = '';
  /** True when the server has ended its side. */
  isEnded = false;
  error: NodeJS.ErrnoException | undefined = undefined;
  #wake: (() => void) | undefined = undefined;
  #isClosed = false;

  private constructor(socket: NetSocket) {
    this.socket = socket;
    const wake = (): void => this.#wake?.();
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      this.received += text;
      wake();
    });
    socket.on('end', () => {
      this.isEnded = true;
      wake();
    });
    socket.on('error', (error) => (this.error = error));
    socket.on('close', () => {
      this.#isClosed = true;
      wake();
    });
  }

  /** A client that is connected. */
  static async connect(where: Where): Promise<Client> {
    const client = Client.start(where);
    await new Promise<void>((resolve, reject) => {
      client.socket.once('connect', resolve);
      client.socket.once('close', () => reject(client.error ?? new Error('closed')));
    });
    return client;
  }

  /** A client that is on its way. */
  static start(where: Where): Client {
    const options =
      typeof where === 'number'
        ? { port: where, host: '127.0.0.1' }
        : typeof where === 'string'
          ? { path: where }
          : (where as NetConnectOpts);
    return new Client(connect({ allowHalfOpen: true, ...options }));
  }

  /** The client's own address, as a server's handler sees it. */
  get address(): [string, number] {
    const { address, port } = this.socket.address() as AddressInfo;
    return [address, port];
  }

  send(text: string): this {
    this.socket.write(text);
    return this;
  }

  /** Waits until so much was received. */
  async until(text: string): Promise<void> {
    await this.#when(() => this.received.includes(text) || this.isEnded || this.#isClosed, text);
    assert.ok(this.received.includes(text), `expected ${text}, got ${this.received}`);
  }

  /** Waits for the server to end, or cut, the connection; answers all that was received. */
  async rest(): Promise<string> {
    await this.#when(() => this.isEnded || this.#isClosed, 'the end');
    this.socket.destroy();
    return this.received;
  }

  /** Waits until the connection is gone. */
  async closed(): Promise<void> {
    await this.#when(() => this.isEnded || this.#isClosed, 'the end');
    this.socket.destroy();
    await this.#when(() => this.#isClosed, 'the close');
  }

  async #when(isSo: () => boolean, what: string): Promise<void> {
    const limit = setTimeout(() => this.socket.destroy(new Error(`waited too long for ${what}`)), 30_000);
    while (!isSo()) await new Promise<void>((resolve) => (this.#wake = resolve));
    clearTimeout(limit);
    if (this.error?.message.startsWith('waited too long') === true) throw this.error;
  }
}

/** Waits for something that no event tells of. */
export async function eventually(isSo: () => boolean, what: string, seconds = 20): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!isSo()) {
    if (Date.now() > deadline) assert.fail(`waited too long for ${what}`);
    await delay(2);
  }
}

/** How many descriptors the process has open; 0 where nobody can tell. */
export function descriptors(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}

/** What a test of servers is given. */
export interface ServerTest {
  /** Takes away the errors that were printed so far, which the test expected. */
  takePrinted(): string[];
  /** A path for a Unix-domain socket, in a folder of its own. */
  path(): Promise<string>;
}

/** A test after which no greenlet, wait, timer or descriptor is left, and nothing was printed that it did not take. */
export function serverTest(name: string, body: (context: ServerTest) => Promise<void>): void {
  test(name, async () => {
    const hub = getHub();
    const printed: string[] = [];
    const folders: string[] = [];
    const { exceptionStream } = hub;
    hub.exceptionStream = { write: (text) => printed.push(text) };
    const open = descriptors();
    try {
      await body({
        takePrinted: () => printed.splice(0),
        path: async () => {
          const folder = await mkdtemp(join(tmpdir(), 'gevent-net-'));
          folders.push(folder);
          return join(folder, 'socket');
        },
      });
      await assertAsBefore(open);
      assert.deepEqual(printed, [], 'errors were printed that the test did not expect');
    } finally {
      hub.exceptionStream = exceptionStream;
      for (const folder of folders) await rm(folder, { recursive: true });
    }
  });
}

/** Waits until nothing is registered with the kernel, and no more descriptors are open than before. */
export async function assertAsBefore(open: number): Promise<void> {
  const isQuiet = (): boolean => {
    const { alive, timers, waits } = registered();
    return alive === 0 && timers === 0 && waits.length === 0 && descriptors() <= open;
  };
  await eventually(isQuiet, 'everything to end').catch(() => {
    assert.deepEqual(
      { ...registered(), descriptors: descriptors() },
      { alive: 0, ready: 0, timers: 0, pendingInterrupts: 0, waits: [], descriptors: open },
    );
  });
  assert.equal(registered().pendingInterrupts, 0);
}

forbidUnhandledRejections();
// The first socket opens descriptors that stay open.
const warmUp = createServer().listen(0, '127.0.0.1');
await new Promise<void>((resolve) => warmUp.once('listening', resolve));
await Client.connect((warmUp.address() as AddressInfo).port).then((client) => client.socket.destroy());
await new Promise<void>((resolve) => warmUp.close(() => resolve()));
