// Clients that are not ours: curl, node:http with an agent that keeps connections, and fetch.
import assert from 'node:assert/strict';
import { execFile, spawnSync } from 'node:child_process';
import { Agent, request as httpRequest } from 'node:http';
import { test } from 'node:test';
import { buffer } from 'node:stream/consumers';
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import type { Serve } from '../../src/http/exchange.ts';
import { type World, engineTest } from '../support/http.ts';

const run = promisify(execFile);
const hasCurl = spawnSync('curl', ['--version']).status === 0;

/** Says what came: method, target, version, and how long the body was. */
const describe: Serve = async (request, response) => {
  const body = await buffer(request);
  response.end(`${request.method} ${request.url} ${request.httpVersion} ${body.length}`);
};

function curlTest(name: string, body: (curl: Curl, world: World) => Promise<unknown>): void {
  if (!hasCurl) return void test(name, { skip: 'curl is not installed' }, () => {});
  engineTest(name, async (world) => {
    const { port } = await world.serve(describe, { maxBodySize: 3_000_000 });
    const url = `http://127.0.0.1:${port}`;
    const curl: Curl = async (...args) => {
      const all = args.map((arg) => (arg.startsWith('at:') ? `${url}${arg.slice(3)}` : arg));
      const { stdout } = await run('curl', ['--silent', '--show-error', '--max-time', '20', ...all]);
      return stdout;
    };
    await body(curl, world);
  });
}

/** Runs curl; `at:/a` is a path of the server. */
type Curl = (...args: string[]) => Promise<string>;

curlTest('curl speaks 1.1 and 1.0', async (curl) => {
  assert.equal(await curl('at:/a'), 'GET /a 1.1 0');
  assert.equal(await curl('--http1.0', 'at:/b'), 'GET /b 1.0 0');
  assert.match(await curl('--head', 'at:/c'), /^HTTP\/1\.1 200 OK\r\n/);
});

curlTest('curl uses a connection again', async (curl) => {
  const format = ['--write-out', ' connects %{num_connects}; '];
  assert.equal(await curl(...format, 'at:/1', 'at:/2'), 'GET /1 1.1 0 connects 1; GET /2 1.1 0 connects 0; ');
});

curlTest('curl sends bodies by length, in chunks, and when it is told to go on', async (curl) => {
  const body = 'x'.repeat(100_000);
  assert.equal(await curl('--data', body, 'at:/length'), 'POST /length 1.1 100000');
  const chunked = ['--header', 'Transfer-Encoding: chunked', '--data', body];
  assert.equal(await curl(...chunked, 'at:/chunks'), 'POST /chunks 1.1 100000');
  const asking = ['--header', 'Expect: 100-continue', '--expect100-timeout', '15', '--data', body];
  const before = performance.now();
  const verbose = await curl('--dump-header', '-', ...asking, 'at:/ask');
  assert.ok(performance.now() - before < 10_000, 'curl was not told to go on');
  assert.match(verbose, /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 OK\r\n[^]*POST \/ask 1\.1 100000$/);
});

curlTest('curl sees why its body is refused', async (curl) => {
  const status = ['--output', '/dev/null', '--write-out', '%{http_code}'];
  const file = ['--upload-file', process.execPath];
  assert.equal(await curl(...status, '--header', 'Expect:', ...file, 'at:/large').catch(outputOf), '413');
  const chunks = ['--header', 'Transfer-Encoding: chunked', '--header', 'Expect:'];
  assert.equal(await curl(...status, ...chunks, ...file, 'at:/large').catch(outputOf), '413');
});

function outputOf(error: unknown): string {
  return (error as { readonly stdout: string }).stdout;
}

engineTest('an agent that keeps its connections uses them again', async ({ serve }) => {
  const { port } = await serve(describe);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports = new Set<number | undefined>();
  try {
    for (let index = 0; index < 20; index += 1) {
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        httpRequest({ port, agent, method: 'POST', path: `/${index}` }, resolve)
          .on('error', reject)
          .end('body');
      });
      ports.add(answer.socket.localPort);
      assert.equal((await buffer(answer)).toString(), `POST /${index} 1.1 4`);
    }
  } finally {
    agent.destroy();
  }
  assert.equal(ports.size, 1);
});

engineTest('fetch sends and gets streams', async ({ serve }) => {
  const { port } = await serve(async (request, response) => {
    for await (const chunk of request) response.write(chunk);
    response.end();
  });
  const parts = ['one ', 'two ', 'three'];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const part = parts.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(Buffer.from(part));
    },
  });
  const init = { method: 'POST', body, duplex: 'half', headers: { Connection: 'close' } } as RequestInit;
  const response = await fetch(`http://127.0.0.1:${port}/`, init);
  assert.equal(await response.text(), 'one two three');
});
