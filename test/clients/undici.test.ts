// undici, as Node has it: fetch() with agents of its own, which keep connections, stream both ways, and give up.
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { sleep } from '../../src/index.ts';
import { HTTPServer, nodeHandler } from '../../src/http.ts';
import { FACES, clientTest, describer } from '../support/clients.ts';
import { until } from '../support/footprint.ts';

/** What is used of undici's Agent. */
interface Agent {
  destroy(): Promise<void>;
}
type AgentClass = new (options: {
  connections?: number;
  pipelining?: number;
  keepAliveTimeout?: number;
}) => Agent;

/** Node hands its undici out to nobody, but the agent of its fetch() can be had, and so its class. */
async function withAgent(
  options: ConstructorParameters<AgentClass>[0],
  body: (ask: typeof fetch) => Promise<void>,
): Promise<void> {
  await fetch('data:,').then((response) => response.text());
  const global = globalThis as unknown as Record<symbol, object | undefined>;
  const agentOfFetch = global[Symbol.for('undici.globalDispatcher.1')];
  assert.ok(agentOfFetch !== undefined, 'fetch() has no agent');
  const agent = new (agentOfFetch.constructor as AgentClass)(options);
  try {
    await body((url, init) => fetch(url, { ...init, dispatcher: agent } as RequestInit));
  } finally {
    await agent.destroy();
  }
}

for (const face of FACES) {
  clientTest([], `fetch() asks a ${face} application many times on one connection`, async (world) => {
    const server = await world.serve(describer(face));
    const url = `http://127.0.0.1:${server.serverPort}`;
    await withAgent({ connections: 1, pipelining: 5 }, async (ask) => {
      const answers = await Promise.all(
        Array.from({ length: 50 }, (_, n) => ask(`${url}/${n}`).then((response) => response.text())),
      );
      assert.deepEqual(
        answers,
        answers.map((_, n) => `GET /${n} 0`),
      );
      for (let n = 0; n < 5; n += 1) {
        const response = await ask(`${url}/post`, { method: 'POST', body: 'x'.repeat(n * 50_000) });
        assert.equal(await response.text(), `POST /post ${n * 50_000}`);
      }
      assert.equal(server.active, 1);
    });
  });
}

clientTest([], 'fetch() sends a body as it is made, and reads the answer meanwhile', async (world) => {
  const server = await world.serve(
    new HTTPServer('127.0.0.1:0', (request) => new Response(request.body), { log: null, errorLog: null }),
  );
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  await withAgent({}, async (ask) => {
    const asked = ask(`http://127.0.0.1:${server.serverPort}/`, {
      method: 'POST',
      body: readable,
      duplex: 'half',
    });
    void writer.write(Buffer.from('first '));
    const reader = (await asked).body?.getReader();
    assert.equal(Buffer.from((await reader?.read())?.value ?? '').toString(), 'first ');
    for (const word of ['second ', 'third']) {
      void writer.write(Buffer.from(word));
      assert.equal(Buffer.from((await reader?.read())?.value ?? '').toString(), word);
    }
    await writer.close();
    assert.equal((await reader?.read())?.done, true);
  });
});

clientTest(
  [],
  'fetch() that is aborted ends the greenlet: as it waits, as it reads, and as it sends',
  async (world) => {
    const begun: string[] = [];
    const ended: string[] = [];
    const server = await world.serve(
      new HTTPServer(
        '127.0.0.1:0',
        nodeHandler(async (request, response) => {
          const path = request.url ?? '';
          begun.push(path);
          try {
            if (path === '/reads') for await (const chunk of request) void chunk;
            if (path === '/sends') response.write('x'.repeat(100_000));
            await sleep(60);
          } finally {
            ended.push(path);
          }
        }),
        { log: null, errorLog: null },
      ),
    );
    await withAgent({}, async (ask) => {
      for (const path of ['/waits', '/reads', '/sends']) {
        const abort = new AbortController();
        const endless = new ReadableStream<Uint8Array>({
          async pull(controller) {
            await delay(5);
            // Whoever has given up asks for no more.
            if (!abort.signal.aborted) controller.enqueue(Buffer.from('more'));
          },
        });
        const body = path === '/reads' ? { method: 'POST', body: endless, duplex: 'half' } : {};
        const asked = ask(`http://127.0.0.1:${server.serverPort}${path}`, {
          signal: abort.signal,
          ...body,
        } as RequestInit);
        const read = asked.then((response) => response.text());
        await Promise.all([
          assert.rejects(read, { name: 'AbortError' }),
          until(() => begun.includes(path), 'the beginning').then(() => abort.abort()),
        ]);
        await until(() => ended.includes(path), `the end of ${path}`);
      }
    });
  },
);

clientTest([], 'a slow reader holds the handler back', async (world) => {
  let sent = 0;
  const body = (): ReadableStream<Uint8Array> =>
    new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        controller.enqueue(Buffer.alloc(100_000));
        if (sent === 400) controller.close();
      },
    });
  const server = await world.serve(
    new HTTPServer('127.0.0.1:0', () => new Response(body()), { log: null, errorLog: null }),
  );
  await withAgent({}, async (ask) => {
    const response = await ask(`http://127.0.0.1:${server.serverPort}/`);
    await delay(500);
    const before = sent;
    assert.ok(before < 350, `${before} pieces were made for a reader that took none`);
    assert.equal((await response.arrayBuffer()).byteLength, 40_000_000);
    assert.equal(sent, 400);
  });
});
