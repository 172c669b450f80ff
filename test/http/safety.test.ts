import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Served, engineTest, get, statusesOf } from '../support/http.ts';
import { ATTACKS, type Attack } from './attacks.ts';

/** What was served to the end: the target and the body of each request. */
type Journal = { readonly url: string; readonly body: string }[];

async function attack(served: Served, { name, bytes, outcome }: Attack, journal: Journal): Promise<void> {
  journal.length = 0;
  const client = await served.connect();
  client.send(bytes);
  if ('refused' in outcome) {
    const text = await client.closed();
    const statuses = statusesOf(text);
    assert.equal(statuses.length, 1, `${name}: answered with ${statuses.join(' ')}`);
    assert.ok(outcome.refused.includes(statuses[0] as number), `${name}: answered with ${statuses[0]}`);
    assert.match(text, /\r\nConnection: close\r\n/i, name);
    assert.deepEqual(journal, [], name);
    return;
  }
  await client.until('served');
  client.send(get('/after', 'Connection: close'));
  assert.deepEqual(statusesOf(await client.closed()), [200, 200], name);
  assert.equal(journal.length, 2, name);
  assert.equal(journal[0]?.body, outcome.body, name);
  assert.equal(journal[1]?.url, '/after', name);
}

engineTest('what can be read in two ways is refused, or read in one', async ({ serve }) => {
  const journal: Journal = [];
  const read = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let body = '';
    for await (const chunk of request) body += String(chunk);
    journal.push({ url: request.url ?? '', body });
    response.end('served');
  };
  const served = await serve(read);
  for (const each of ATTACKS) await attack(served, each, journal);
});

engineTest('the same holds when the bytes come one by one', async ({ serve }) => {
  const urls: (string | undefined)[] = [];
  const served = await serve((request, response) => {
    urls.push(request.url);
    response.end('served');
  });
  const small = ATTACKS.filter(({ bytes }) => bytes.length < 150);
  await Promise.all(
    small.map(async ({ name, bytes, outcome }) => {
      const client = await served.connect();
      client.socket.setNoDelay(true);
      for (const byte of bytes) {
        client.send(byte);
        await new Promise((resolve) => setImmediate(resolve));
      }
      if ('body' in outcome) {
        await client.until('served');
        return;
      }
      // Answered before the body came, or refused; never both, and closed in either case.
      assert.equal(statusesOf(await client.closed()).length, 1, name);
    }),
  );
  assert.ok(!urls.includes('/hidden'));
});

engineTest(
  'a header value with a line break is an error in the handler, and never on the wire',
  async ({ serve }) => {
    const errors: string[] = [];
    const attempt = (call: () => unknown): void => {
      try {
        call();
        errors.push('none');
      } catch (error) {
        errors.push((error as NodeJS.ErrnoException).code ?? '');
      }
    };
    const served = await serve((_request, response) => {
      attempt(() => response.setHeader('X-A', 'a\r\nSet-Cookie: evil'));
      attempt(() => response.setHeader('X-A', ['a', 'b\nSet-Cookie: evil']));
      attempt(() => response.setHeader('X\r\nSet-Cookie', 'evil'));
      attempt(() => response.appendHeader('X-A', 'a\0b'));
      attempt(() => response.writeHead(200, 'OK\r\nSet-Cookie: evil'));
      attempt(() => response.writeHead(200, { 'X-A': 'a\r\nSet-Cookie: evil' }));
      attempt(() => response.writeHead(200, ['X-A', 'a\r\nSet-Cookie: evil'] as never));
      attempt(() => response.addTrailers({ 'X-A': 'a\r\nSet-Cookie: evil' }));
      attempt(() => response.writeEarlyHints({ link: '</a>; rel=preload', 'x-a': 'a\r\nSet-Cookie: evil' }));
      response.statusMessage = 'OK';
      response.end('clean');
    });
    const text = await served.exchange(get('/', 'Connection: close'));
    assert.doesNotMatch(text, /evil/);
    assert.match(text, /clean$/);
    assert.equal(errors.length, 9);
    assert.ok(!errors.includes('none'), errors.join(' '));
  },
);

engineTest(
  'a handler that sets such a header and does not catch the error is answered for with 500',
  async (world) => {
    const served = await world.serve((_request, response) => {
      response.setHeader('X-A', 'a\r\nSet-Cookie: evil');
    });
    const text = await served.exchange(get('/'));
    assert.match(text, /^HTTP\/1\.1 500 Internal Server Error\r\n/);
    assert.match(world.takePrinted(), /GET \/ HTTP\/1\.1 from 127\.0\.0\.1:\d+> failed with TypeError/);
  },
);
