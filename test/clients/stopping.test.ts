// stop(), as those notice it who keep their connections: agents of node:http and node:https, fetch(), and openssl.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import * as http from 'node:http';
import * as https from 'node:https';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { sleep } from '../../src/index.ts';
import { HTTPServer } from '../../src/http.ts';
import { authority, certificatePair, certificatePath } from '../support/certificates.ts';
import { FACES, clientTest, describer } from '../support/clients.ts';
import { until } from '../support/footprint.ts';

interface Scheme {
  readonly agent: http.Agent;
  readonly server: object;
  get(port: number | undefined, path: string): Promise<{ readonly body: string; readonly socket: Socket }>;
}

/** An agent that keeps its connections. */
function schemeOf(name: 'http' | 'https'): Scheme {
  const agent =
    name === 'http'
      ? new http.Agent({ keepAlive: true })
      : new https.Agent({ keepAlive: true, ca: authority });
  return {
    agent,
    server: name === 'http' ? {} : certificatePair('server'),
    async get(port, path) {
      const options = { host: '127.0.0.1', port, path, agent, servername: 'localhost' };
      const request = name === 'http' ? http.get(options) : https.get(options);
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      // The agent takes it back with the end of the body.
      const { socket } = response;
      return { body: await text(response), socket };
    },
  };
}

for (const name of ['http', 'https'] as const) {
  for (const face of FACES) {
    clientTest(
      [],
      `stop() closes the idle connections of an agent over ${name} at once (${face})`,
      async (world) => {
        const scheme = schemeOf(name);
        const server = await world.serve(describer(face, { ...scheme.server, keepAliveTimeout: 60 }));
        try {
          const answers = await Promise.all(
            ['/1', '/2', '/3'].map((path) => scheme.get(server.serverPort, path)),
          );
          assert.deepEqual(
            answers.map(({ body }) => body),
            ['GET /1 0', 'GET /2 0', 'GET /3 0'],
          );
          const closed = answers.map(({ socket }) => once(socket, 'close'));
          const begun = performance.now();
          assert.equal(await server.stop({ timeout: 30 }), 0);
          // An agent's idle sockets do not keep the process: a timer has to, until their end has come.
          const alive = setInterval(() => {}, 1000);
          await Promise.all(closed).finally(() => clearInterval(alive));
          assert.ok(performance.now() - begun < 10_000, 'it waited for idle connections');
          await assert.rejects(scheme.get(server.serverPort, '/4'), { code: 'ECONNREFUSED' });
        } finally {
          scheme.agent.destroy();
        }
      },
    );
  }

  clientTest(
    [],
    `stop() lets a request over ${name} finish, kills another when the time is up, and can begin anew`,
    async (world) => {
      const scheme = schemeOf(name);
      const marks: string[] = [];
      const server = await world.serve(
        new HTTPServer(
          '127.0.0.1:0',
          async (request) => {
            const { pathname } = new URL(request.url);
            marks.push(`${pathname} began`);
            try {
              await sleep(pathname === '/short' ? 0.3 : 60);
              return new Response('done');
            } finally {
              marks.push(`${pathname} ended`);
            }
          },
          { log: null, ...scheme.server },
        ),
      );
      try {
        const short = scheme.get(server.serverPort, '/short');
        const long = assert.rejects(scheme.get(server.serverPort, '/long'), { code: 'ECONNRESET' });
        await until(() => marks.length === 2, 'both requests');
        const killed = await server.stop({ timeout: 2 });
        assert.equal((await short).body, 'done');
        await long;
        assert.equal(killed, 1);
        assert.deepEqual(marks.slice(2), ['/short ended', '/long ended']);

        await server.start();
        assert.equal((await scheme.get(server.serverPort, '/short')).body, 'done');
      } finally {
        scheme.agent.destroy();
      }
    },
  );
}

clientTest(['openssl'], 'stop() ends an idle s_client at once', async (world) => {
  const server = await world.serve(
    describer('fetch', { ...certificatePair('server'), keepAliveTimeout: 60 }),
  );
  const where = ['-connect', `127.0.0.1:${server.serverPort}`, '-servername', 'localhost'];
  const trust = ['-CAfile', certificatePath('ca.pem'), '-verify_return_error'];
  const speaker = world.start('openssl', ['s_client', ...where, ...trust, '-quiet']);
  speaker.child.stdin.write('GET /idle HTTP/1.1\r\nHost: a\r\n\r\n');
  await speaker.said('GET /idle 0');
  assert.equal(await server.stop({ timeout: 30 }), 0);
  await speaker.ended;
});
