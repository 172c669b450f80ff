// Servers under clients that do as they please, while their handlers are killed and they themselves are stopped, started
// and held. Whoever is not cut by one of these is served; in the end nothing is left. SEED=n repeats a run.
import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { seededRandom } from '../../src/base/random.ts';
import { getHub, spawn } from '../../src/index.ts';
import { Pool } from '../../src/pool.ts';
import { StreamServer } from '../../src/server.ts';
import { type Socket, SocketError } from '../../src/socket.ts';
import { Client, eventually, serverTest } from './clients.ts';

const seeds = process.env['SEED'] === undefined ? [1, 2, 3].map(() => Date.now() % 2 ** 31) : [];
if (process.env['SEED'] !== undefined) seeds.push(Number(process.env['SEED']));
const STEPS = 250;

class World {
  readonly #random: () => number;
  readonly #pool = new Pool(2);
  readonly #clients = new Set<Client>();
  readonly servers: [StreamServer, StreamServer];
  served = 0;

  constructor(random: () => number) {
    this.#random = random;
    const handle = (socket: Socket): Promise<void> => this.#handle(socket);
    this.servers = [
      new StreamServer('127.0.0.1:0', handle, { maxAccept: 1 }),
      new StreamServer('127.0.0.1:0', handle, { maxAccept: 3 }),
    ];
  }

  async run(): Promise<void> {
    for (const server of this.servers) await server.start();
    for (let step = 0; step < STEPS; step += 1) await this.#step();
    await this.#finish();
  }

  async #handle(socket: Socket): Promise<void> {
    try {
      await socket.sendAll('hello');
      this.served += 1;
      for (;;) {
        const data = await socket.recv();
        if (data.length === 0) return;
        await socket.sendAll(data);
      }
    } catch (error) {
      // Of a client that has reset its connection.
      if (!(error instanceof SocketError)) throw error;
    }
  }

  async #step(): Promise<void> {
    const server = this.#oneOf(this.servers);
    const client = this.#oneOf([...this.#clients]);
    const choice = this.#below(100);
    if (choice < 40) this.#clients.add(Client.start(server.serverPort));
    else if (choice < 50) client?.send('x'.repeat(this.#below(100_000)));
    else if (choice < 58) client?.socket.end();
    else if (choice < 64) reset(client);
    else if (choice < 68) client?.socket.destroy();
    else if (choice < 74)
      this.#oneOf(
        getHub()
          .greenlets()
          .filter((greenlet) => greenlet.args.length === 2),
      )?.throw();
    else if (choice < 79)
      server.setSpawn(this.#oneOf(['default', 'raw', 1, 3, this.#pool, this.#pool, spawn]));
    else if (choice < 83) server.stopAccepting();
    else if (choice < 87 && server.started) server.startAccepting();
    else if (choice < 89) await server.stop({ timeout: this.#below(3) / 1000 });
    else if (choice < 95) await server.start();
    else await setImmediate();
    if (this.#below(3) === 0) await setImmediate();
  }

  /** Everybody who is left is served, as others leave. */
  async #finish(): Promise<void> {
    for (const server of this.servers) {
      await server.start();
      server.startAccepting();
    }
    for (let n = 0; n < 5; n += 1) this.#clients.add(Client.start(this.servers[n % 2]?.serverPort));
    while (this.#clients.size > 0) {
      let gone: Client[] = [];
      await eventually(
        () => {
          gone = [...this.#clients].filter(isThrough);
          return gone.length > 0;
        },
        `${this.#clients.size} clients to be served by ${this.servers.map((server) => server.active)}`,
      );
      for (const client of gone) {
        client.socket.destroy();
        this.#clients.delete(client);
      }
    }
    for (const server of this.servers) {
      await server.stop();
      assert.equal(server.active, 0);
    }
    assert.equal(this.#pool.freeCount(), 2);
    assert.ok(this.served > 5);
  }

  #below(count: number): number {
    return Math.floor(this.#random() * count);
  }

  #oneOf<T>(list: readonly [T, ...T[]]): T;
  #oneOf<T>(list: readonly T[]): T | undefined;
  #oneOf<T>(list: readonly T[]): T | undefined {
    return list[this.#below(list.length)];
  }
}

/** Node keeps the descriptor of a socket that is reset while it connects, or ends its side. */
function reset(client: Client | undefined): void {
  if (client?.socket.connecting === false && !client.socket.writableEnded) client.socket.resetAndDestroy();
}

/** It was served, or cut. */
function isThrough(client: Client): boolean {
  return client.received !== '' || client.isEnded || client.socket.destroyed || client.socket.closed;
}

for (const [index, first] of seeds.entries()) {
  const seed = first + index;
  serverTest(`no client is forgotten and nothing is left, whatever happens (SEED=${seed})`, async () => {
    await new World(seededRandom(seed)).run();
  });
}
