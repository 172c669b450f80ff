// Many connections whose greenlets are killed at any moment: during the handshake, while data flows, in unwrap().
import assert from 'node:assert/strict';
import { type Greenlet, GreenletExit, joinAll, killAll, sleep, spawn } from '../../src/index.ts';
import type { Socket } from '../../src/socket.ts';
import { secureServerSide } from '../../src/tls/server-side.ts';
import { clientContext, serverContext } from '../support/certificates.ts';
import { socketTest } from '../support/sockets.ts';

const data = Buffer.alloc(200_000, 'x');
const COUNT = 80;

/** Numbers that look random, and are the same each time. */
function sequence(): () => number {
  let state = 7;
  return () => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
}

socketTest(
  'connections that are killed at any moment leave nothing behind',
  async ({ pair, takePrinted }) => {
    const next = sequence();
    const asServer = serverContext();
    const asClient = clientContext();

    const serve = async (sock: Socket, isDirect: boolean): Promise<void> => {
      const secured = isDirect
        ? await secureServerSide(sock, asServer)
        : await asServer.wrapSocket(sock, { serverSide: true });
      try {
        for (let part = await secured.recv(); part.length > 0; part = await secured.recv()) {
          await secured.sendAll(part);
        }
      } finally {
        secured.close();
      }
    };
    const ask = async (sock: Socket, isUnwrapped: boolean): Promise<number> => {
      const secured = await asClient.wrapSocket(sock, { serverHostname: 'localhost' });
      try {
        const sender = spawn(() => secured.sendAll(data));
        let received = 0;
        try {
          while (received < data.length) {
            const { length } = await secured.recv();
            if (length === 0) break;
            received += length;
          }
        } finally {
          await sender.kill();
        }
        if (isUnwrapped) (await secured.unwrap()).close();
        return received;
      } finally {
        secured.close();
      }
    };

    const clients: Greenlet<number>[] = [];
    const servers: Greenlet<void>[] = [];
    const killers: Greenlet[] = [];
    for (let index = 0; index < COUNT; index += 1) {
      const [ours, theirs] = await pair();
      servers.push(spawn(serve, theirs, index % 2 === 0));
      clients.push(spawn(ask, ours, index % 3 === 0));
      const [victim, after] = [next() < 0.5 ? clients.at(-1) : servers.at(-1), next() * 0.1];
      if (next() < 0.6) killers.push(spawn(() => sleep(after).then(() => victim?.kill())));
    }
    await joinAll([...clients, ...killers], { timeout: 20 });
    await killAll([...clients, ...servers]);
    // The peers of the killed ones fail, each with an error that says what happened.
    takePrinted();
    for (const { value, exception } of clients) {
      if (exception !== undefined) assert.match((exception as Error).name, /^(SSL\w*Error|SocketError)$/);
      else if (!(value instanceof GreenletExit)) assert.equal(typeof value, 'number');
    }
    assert.ok(
      clients.some(({ value }) => value === data.length),
      'none came through',
    );
  },
);
