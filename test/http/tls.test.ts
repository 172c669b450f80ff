import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo } from 'node:net';
import { type TLSSocket, connect, createServer } from 'node:tls';
import { killAll, sleep, spawn, type Greenlet } from '../../src/index.ts';
import { HttpEngine } from '../../src/http/engine.ts';
import { authority, certificatePair } from '../support/certificates.ts';
import { engineTest, eventually, get, statusesOf } from '../support/http.ts';

async function textOf(socket: TLSSocket): Promise<string> {
  let text = '';
  for await (const chunk of socket.setEncoding('latin1')) text += String(chunk);
  return text;
}

engineTest(
  'over TLS: requests, pipelining, bodies, large answers, refusals and clients that go',
  async () => {
    const marks: string[] = [];
    const engine = new HttpEngine(
      async (request, response) => {
        if (request.url === '/gone') {
          marks.push('begun');
          try {
            await sleep(1000);
          } finally {
            marks.push('killed');
          }
        }
        let length = 0;
        for await (const chunk of request) length += (chunk as Buffer).length;
        response.end(`${request.url} ${length} ${'x'.repeat(1_000_000)}`);
      },
      { log: null, errorLog: null, maxBodySize: 1_000_000 },
    );
    const greenlets: Greenlet[] = [];
    const server = createServer({ ...certificatePair('server'), allowHalfOpen: true }, (socket) => {
      greenlets.push(spawn(() => engine.serve(socket)));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const open = async (): Promise<TLSSocket> => {
      const socket = connect({ port, host: '127.0.0.1', ca: authority, servername: 'localhost' });
      await once(socket, 'secureConnect');
      return socket;
    };
    try {
      const client = await open();
      const body = `POST /b HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n${'y'.repeat(100_000)}`;
      client.write(get('/a') + body + get('/c', 'Connection: close'));
      const text = await textOf(client);
      assert.deepEqual(statusesOf(text), [200, 200, 200]);
      assert.match(text, /\/a 0 x.*\/b 100000 x.*\/c 0 x/s);
      assert.ok(text.length > 3_000_000);
      for (const [bytes, status] of [
        ['nonsense\r\n\r\n', 400],
        ['POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\nabc', 413],
      ] as const) {
        const bad = await open();
        bad.write(bytes);
        assert.deepEqual(statusesOf(await textOf(bad)), [status]);
      }
      const gone = await open();
      gone.write(get('/gone'));
      await eventually(() => assert.deepEqual(marks, ['begun']));
      gone.destroy();
      await eventually(() => assert.deepEqual(marks, ['begun', 'killed']));
      await eventually(() => assert.equal(engine.connections, 0));
    } finally {
      await killAll(greenlets);
      server.close();
    }
  },
);
