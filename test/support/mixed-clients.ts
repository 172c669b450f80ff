// Clients as they come: polite, hasty, slow, broken, and gone in the middle of everything.
import assert from 'node:assert/strict';
import { Timeout, sleep } from '../../src/index.ts';
import {
  AF_INET,
  type InetAddress,
  SHUT_WR,
  SOCK_DGRAM,
  SOL_SOCKET,
  SO_LINGER,
  Socket,
  SocketError,
  createConnection,
} from '../../src/socket.ts';
import type { SSLContext } from '../../src/ssl.ts';
import type { Dice } from './dice.ts';
import { LARGE, type MixedServers } from './mixed-servers.ts';

/** How long a client goes on at most. */
const PATIENCE = 1;

const POST = (path: string, body: string): string =>
  `POST ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
const GET = (path: string, header = ''): string => `GET ${path} HTTP/1.1\r\nHost: a\r\n${header}\r\n`;
const REQUESTS = [
  GET('/quick'),
  GET('/slow'),
  GET('/fail'),
  GET('/large'),
  GET('/endless'),
  GET('/quick', 'Connection: close\r\n'),
  GET('/quick') + GET('/slow') + GET('/quick') + POST('/read', 'pipelined') + GET('/quick'),
  POST('/read', 'x'.repeat(30_000)),
  POST('/echo', 'x'.repeat(60_000)),
  POST('/read', 'x'.repeat(30_000)).slice(0, -10_000),
  'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'POST /echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhe',
  'POST /read HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nbroken\r\n',
  'POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n',
  'POST /read HTTP/1.1\r\nHost: a\r\nContent-Length: 900000\r\n\r\n',
  'GET /quick HTTP/1.1\r\nHos',
  'GET /quick HTTP/1.1\r\nBad Header: 1\r\n\r\n',
  'nonsense\r\n\r\n',
] as const;

/** What became of the clients. */
export interface Tally {
  echoed: number;
  secured: number;
  datagrams: number;
  responses: number;
  /** Clients that met an error of the network, or lost patience. */
  broken: number;
}

export class MixedClients {
  readonly tally: Tally = { echoed: 0, secured: 0, datagrams: 0, responses: 0, broken: 0 };
  readonly #dice: Dice;
  readonly #servers: MixedServers;
  readonly #context: SSLContext;

  constructor(dice: Dice, servers: MixedServers, context: SSLContext) {
    this.#dice = dice;
    this.#servers = servers;
    this.#context = context;
  }

  /** One client of any kind, from its beginning to its end. */
  async one(): Promise<void> {
    const { stream, secure, http } = this.#servers;
    try {
      await new Timeout(PATIENCE).run(async () => {
        const choice = this.#dice.below(10);
        if (choice < 3) await this.#with(stream, (socket) => this.#talk(socket));
        else if (choice < 7) await this.#with(http, (socket) => this.#ask(socket));
        else if (choice < 8) await this.#exchangeDatagrams();
        else if (this.#dice.chance(0.3)) await this.#with(secure, (socket) => this.#spoilHandshake(socket));
        else await this.#with(secure, (socket) => this.#talkInSecret(socket));
      });
    } catch (error) {
      if (!(error instanceof SocketError) && !(error instanceof Timeout)) throw error;
      this.tally.broken += 1;
    }
  }

  /** A connection; at the end it is closed, or reset. */
  async #with(server: { readonly address: unknown }, body: (socket: Socket) => Promise<void>): Promise<void> {
    const socket = await createConnection(server.address as InetAddress);
    try {
      await body(socket);
    } finally {
      if (!socket.closed && this.#dice.chance(0.3)) socket.setSockOpt(SOL_SOCKET, SO_LINGER, [1, 0]);
      socket.close();
    }
  }

  async #talkInSecret(plain: Socket): Promise<void> {
    const socket = await this.#context.wrapSocket(plain, { serverHostname: 'localhost' });
    try {
      await this.#talk(socket);
      this.tally.secured += 1;
    } finally {
      socket.close();
    }
  }

  /** Sends pieces, and reads what comes back: all, some, or nothing; what comes must be what was sent. */
  async #talk(socket: Socket): Promise<void> {
    const dice = this.#dice;
    const letter = dice.oneOf(['a', 'b', 'c']);
    let sent = 0;
    let got = 0;
    const read = async (): Promise<boolean> => {
      const data = await socket.recv();
      got += data.length;
      assert.ok(data.every((byte) => byte === letter.charCodeAt(0)) && got <= sent, 'not what was sent');
      return data.length > 0;
    };
    for (let count = 1 + dice.below(4); count > 0; count -= 1) {
      const size = dice.chance(0.1) ? dice.below(2_000_000) : dice.below(2000);
      sent += size;
      await socket.sendAll(letter.repeat(size));
      if (dice.chance(0.7)) while (got < sent && (await read())) this.tally.echoed += 1;
    }
    const end = dice.below(4);
    if (end === 0) return await sleep(dice.seconds(0.3));
    if (end === 1) return;
    socket.shutdown(SHUT_WR);
    while (await read());
  }

  /** Something that is no handshake, or only its beginning. */
  async #spoilHandshake(socket: Socket): Promise<void> {
    const dice = this.#dice;
    const hello = Buffer.from([0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]);
    if (dice.chance(0.7))
      await socket.sendAll(dice.oneOf([hello, Buffer.from('GET / HTTP/1.0\r\n\r\n'), Buffer.alloc(500)]));
    if (dice.chance(0.3)) await sleep(dice.seconds(0.6));
    if (dice.chance(0.3)) while ((await socket.recv()).length > 0);
  }

  /** Sends requests, good and bad, and reads answers: as fast as they come, slowly, or not at all. */
  async #ask(socket: Socket): Promise<void> {
    const dice = this.#dice;
    for (let count = 1 + dice.below(4); count > 0; count -= 1) {
      await socket.sendAll(dice.oneOf(REQUESTS));
      if (dice.chance(0.2)) await sleep(dice.seconds(0.1));
    }
    if (dice.chance(0.2)) return;
    if (dice.chance(0.2)) socket.shutdown(SHUT_WR);
    const isSlow = dice.chance(0.3);
    let left = dice.chance(0.5) ? 3 * LARGE : dice.below(200_000);
    while (left > 0) {
      const data = await socket.recv(isSlow ? 3000 : undefined);
      if (data.length === 0) break;
      left -= data.length;
      if (data.includes('HTTP/1.1 200 OK')) this.tally.responses += 1;
      if (isSlow) await sleep(dice.seconds(0.02));
    }
  }

  async #exchangeDatagrams(): Promise<void> {
    const socket = new Socket(AF_INET, SOCK_DGRAM);
    try {
      socket.setTimeout(0.2);
      for (let count = 1 + this.#dice.below(20); count > 0; count -= 1) {
        await socket.sendTo('x'.repeat(this.#dice.below(1000)), this.#servers.datagram.address);
        if (this.#dice.chance(0.3)) continue;
        await socket.recvFrom();
        this.tally.datagrams += 1;
      }
    } finally {
      socket.close();
    }
  }
}
