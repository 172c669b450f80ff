// Kills and timeouts at random: the stream of bytes comes out whole, whoever received or sent it.
import assert from 'node:assert/strict';
import { seededRandom } from '../../src/base/random.ts';
import { Timeout, joinAll, sleep, spawn, withTimeout } from '../../src/index.ts';
import { AF_INET, MSG_PEEK, MSG_WAITALL, type Socket, socketPair } from '../../src/socket.ts';
import { socketTest } from '../support/sockets.ts';

const SEEDS = process.env['GEVENT_TEST_FULL'] === undefined ? 12 : 150;

type Random = () => number;

/** Bytes in which a lost, a doubled or a moved one shows. */
function pattern(size: number): Buffer {
  const data = Buffer.alloc(size);
  for (let at = 0; at + 4 <= size; at += 4) data.writeUInt32LE((at * 2654435761) % 2 ** 32, at);
  return data;
}

/** Runs `attempt` again and again, killed or timed out at random, until it answers true. */
async function persist(random: Random, attempt: () => Promise<boolean>): Promise<void> {
  let isDone = false;
  while (!isDone) {
    const dice = random();
    const greenlet = spawn(async () => {
      if (dice < 0.3) await withTimeout(random() * 0.004, run, { timeoutValue: undefined });
      else await run();
    });
    if (dice > 0.6) {
      for (let turn = Math.floor(random() * 4); turn > 0; turn -= 1) await sleep(turn === 3 ? 0.001 : 0);
      await greenlet.kill();
    } else await greenlet.join();
  }
  async function run(): Promise<void> {
    isDone = await attempt();
  }
}

/** Receives in one of many ways; what was received is in `into` at the same moment. */
async function receiveSome(
  socket: Socket,
  random: Random,
  into: Buffer[],
  expected: Buffer,
): Promise<boolean> {
  const size = 1 + Math.floor(random() ** 3 * 100_000);
  const way = random();
  if (way < 0.2) {
    const seen = await socket.recv(size, MSG_PEEK);
    const at = into.reduce((sum, part) => sum + part.length, 0);
    assert.ok(seen.equals(expected.subarray(at, at + seen.length)), 'a peek saw something else');
    return seen.length === 0;
  }
  if (way < 0.4) {
    const buffer = Buffer.alloc(size);
    const count = await socket.recvInto(buffer, size, way < 0.3 ? MSG_WAITALL : 0);
    into.push(buffer.subarray(0, count));
    return count === 0;
  }
  const data = await socket.recv(size, way < 0.6 ? MSG_WAITALL : 0);
  into.push(data);
  return data.length === 0;
}

for (const family of [AF_INET, undefined]) {
  const kind = family === AF_INET ? 'TCP' : 'a Unix-domain socket';

  socketTest(
    `receivers are killed and timed out at random over ${kind}: no byte is lost or doubled`,
    async () => {
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const random = seededRandom(seed);
        const [left, right] = await socketPair(family);
        const data = pattern(600_000);
        const sender = spawn(async () => {
          for (let at = 0; at < data.length;) {
            const size = 1 + Math.floor(random() ** 4 * 300_000);
            await left.sendAll(data.subarray(at, at + size));
            at += size;
            if (random() < 0.3) await sleep(random() * 0.003);
          }
          left.close();
        });
        const received: Buffer[] = [];
        await persist(random, () => receiveSome(right, random, received, data));
        await sender.get();
        right.close();
        assert.ok(Buffer.concat(received).equals(data), `seed ${seed}`);
      }
    },
  );

  socketTest(
    `senders are killed and timed out at random over ${kind}: what send() answered is what was sent`,
    async () => {
      for (let seed = 1; seed <= SEEDS; seed += 1) {
        const random = seededRandom(seed);
        const [left, right] = await socketPair(family);
        const data = pattern(3_000_000);
        const receiver = spawn(async () => {
          const parts: Buffer[] = [];
          for (;;) {
            const part = await right.recv(1 + Math.floor(random() * 200_000));
            if (part.length === 0) return Buffer.concat(parts);
            parts.push(part);
            if (random() < 0.2) await sleep(random() * 0.003);
          }
        });
        let sent = 0;
        await persist(random, async () => {
          while (sent < data.length) {
            const piece = Buffer.from(data.subarray(sent, sent + 1 + Math.floor(random() * 100_000)));
            if (random() < 0.1) left.setBlocking(false);
            try {
              sent += await left.send(piece);
            } catch (error) {
              if ((error as { code?: string }).code !== 'EAGAIN') throw error;
            } finally {
              left.setBlocking(true);
            }
            // What was taken is a copy.
            piece.fill(0);
          }
          return true;
        });
        left.close();
        assert.ok(((await receiver.get()) as Buffer).equals(data), `seed ${seed}`);
        right.close();
      }
    },
  );
}

socketTest('readers of lines are killed and timed out at random: each line comes once, whole', async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const random = seededRandom(seed);
    const [left, right] = await socketPair(AF_INET);
    const lines = Array.from(
      { length: 400 },
      (_, index) => `${index} ${'ü'.repeat(Math.floor(random() ** 5 * 3000))}\n`,
    );
    const bytes = Buffer.from(lines.join(''));
    const sender = spawn(async () => {
      for (let at = 0; at < bytes.length;) {
        const size = 1 + Math.floor(random() ** 3 * 4000);
        await left.sendAll(bytes.subarray(at, at + size));
        at += size;
        if (random() < 0.2) await sleep(random() * 0.002);
      }
      left.close();
    });
    const file = right.makeFile();
    const received: string[] = [];
    await persist(random, async () => {
      const line = await file.readLine();
      received.push(line);
      return line === '';
    });
    await sender.get();
    await file.close();
    right.close();
    assert.deepEqual(received.slice(0, -1), lines, `seed ${seed}`);
  }
});

socketTest(
  'both ends do everything at once, under kills; what each says it did is what happened',
  async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const random = seededRandom(seed);
      const [left, right] = await socketPair(AF_INET);
      const data = pattern(500_000);
      const exchange = async (socket: Socket): Promise<Buffer> => {
        const received: Buffer[] = [];
        let sent = 0;
        const sending = spawn(async () => {
          await persist(random, async () => {
            while (sent < data.length) sent += await socket.send(data.subarray(sent, sent + 20_000));
            return true;
          });
          socket.shutdown(1);
        });
        await persist(random, () => receiveSome(socket, random, received, data));
        await sending.get();
        return Buffer.concat(received);
      };
      const both = [spawn(exchange, left), spawn(exchange, right)];
      await joinAll(both, { raiseError: true });
      for (const one of both) assert.ok(data.equals(await one.get()), `seed ${seed}`);
      left.close();
      right.close();
    }
  },
);

socketTest(
  'hundreds of greenlets on hundreds of connections, closed from outside at random',
  async ({ listening }) => {
    const random = seededRandom(7);
    const listener = await listening(512);
    const { Socket: AnySocket } = await import('../../src/socket.ts');
    const server = spawn(async () => {
      for (;;) {
        const [client] = await listener.accept();
        spawn(async () => {
          try {
            for (;;) {
              const data = await client.recv();
              if (data.length === 0) return;
              await client.sendAll(data);
            }
          } catch (error) {
            if (error instanceof Timeout) throw error;
          } finally {
            client.close();
          }
        });
      }
    });
    const clients = Array.from({ length: 200 }, (_, index) =>
      spawn(async () => {
        const client = new AnySocket();
        try {
          await client.connect(listener.getSockName());
          for (let round = 0; round < 5; round += 1) {
            await client.sendAll(`${index}.${round}`);
            assert.equal(String(await client.recv()), `${index}.${round}`);
            if (random() < 0.1) throw new Error('enough');
          }
        } catch (error) {
          if ((error as Error).message !== 'enough') throw error;
        } finally {
          client.close();
        }
      }),
    );
    for (const client of clients) if (random() < 0.2) await client.kill();
    await joinAll(clients, { raiseError: true });
    await server.kill();
    listener.close();
    // The last of them see the end of their client.
    await sleep(0.1);
  },
);
