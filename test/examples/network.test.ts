// The examples of the network, each as its reader would run it: a process, spoken to by ordinary clients.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { connect as tlsConnect } from 'node:tls';
import { promisify } from 'node:util';
import { ExampleProcess, missing, withExample } from '../support/example-process.ts';

const run = promisify(execFile);

/** Says something on a connection, and collects what comes until `isEnough`, or the end. */
function talk(
  socket: Socket,
  say: string,
  isEnough: (heard: string) => boolean = () => false,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let heard = '';
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      heard += text;
      if (isEnough(heard)) socket.end();
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(heard));
    socket.write(say);
  });
}

describe('the examples of the network', { concurrency: 2 }, () => {
  test('echo-server repeats lines, tells who came and went, and lets one go who says quit', async () => {
    await withExample('echo-server', ['0'], async (example, port) => {
      const heard = await talk(connect(port, '127.0.0.1'), 'one\ntwo\nquit\n');
      assert.match(heard, /leave\.\none\ntwo\nBye\.\n$/);
      await example.says(/127\.0\.0\.1,\d+ went/);
      // Somebody who is still there when the server stops is cut.
      const idle = connect(port, '127.0.0.1');
      idle.resume();
      idle.on('error', () => {});
      await example.says(/came[^]*came/);
    });
  });

  test('tls-echo-server repeats bytes over TLS', { skip: missing('openssl') }, async () => {
    await withExample('tls-echo-server', ['0'], async (example, port) => {
      const client = tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false });
      assert.equal(await talk(client, 'hello', (heard) => heard === 'hello'), 'hello');
      await example.says(/speaks TLSv1\.[23], \S+/);
    });
  });

  test('udp-server answers udp-client', async () => {
    await withExample('udp-server', ['0'], async (example, port) => {
      const { code, stdout } = await new ExampleProcess('udp-client', [
        '127.0.0.1',
        String(port),
        'hello',
      ]).end();
      assert.equal(code, 0);
      assert.equal(stdout, `127.0.0.1,${port}: got "Received 5 bytes"\n`);
      await example.says(/: hello/);
    });
  });

  test('udp-client gives up when nobody answers', async () => {
    const { code, stderr } = await new ExampleProcess('udp-client', ['127.0.0.1', '1', 'hello']).end();
    assert.equal(code, 1);
    assert.match(stderr, /^(No answer .*\n){2}Gave up: .*\n$/);
  });

  test('port-forwarder carries both directions, and each end of them', async () => {
    const target = createServer({ allowHalfOpen: true }, (client) => {
      client.setEncoding('utf8');
      let heard = '';
      client.on('data', (text: string) => (heard += text));
      client.on('end', () => client.end(heard.toUpperCase()));
    });
    await new Promise<void>((resolve) => target.listen(0, '127.0.0.1', resolve));
    const { port: to } = target.address() as AddressInfo;
    await withExample('port-forwarder', ['0', '127.0.0.1', String(to)], async (example, port) => {
      const client = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      const heard = talk(client, 'forward me');
      client.end();
      assert.equal(await heard, 'FORWARD ME');
      await example.says(/10 bytes there, 10 bytes back/);
    });
    target.close();
  });

  test('port-forwarder says why a target cannot be reached', async () => {
    await withExample('port-forwarder', ['0', '127.0.0.1', '1'], async (example, port) => {
      assert.equal(await talk(connect(port, '127.0.0.1'), ''), '');
      await example.says(/connection refused \(ECONNREFUSED\)/);
    });
  });

  test(
    'web-proxy passes requests on, opens tunnels, and answers 502 for a dead server',
    { skip: missing('curl') },
    async () => {
      await withExample('wsgi-server', ['0'], async (_site, to) => {
        await withExample('web-proxy', ['0'], async (example, port) => {
          const proxy = ['-sS', '-x', `http://127.0.0.1:${port}`];
          const plain = await run('curl', [...proxy, `http://127.0.0.1:${to}/`]);
          assert.equal(plain.stdout, '<b>hello world</b>\n');
          const posted = await run('curl', [
            ...proxy,
            '-d',
            'x'.repeat(5000),
            `http://127.0.0.1:${to}/count`,
          ]);
          assert.equal(posted.stdout, '5000 bytes\n');
          const tunnelled = await run('curl', [...proxy, '-p', `http://127.0.0.1:${to}/`]);
          assert.equal(tunnelled.stdout, '<b>hello world</b>\n');
          const dead = await run('curl', [
            ...proxy,
            '-w',
            '%{http_code}',
            '-o',
            '/dev/null',
            'http://127.0.0.1:1/',
          ]);
          assert.equal(dead.stdout, '502');
          await example.says(/CONNECT 127\.0\.0\.1/);
        });
      });
    },
  );

  test('wsgi-server answers, reads bodies, and sends a page in pieces', async () => {
    await withExample('wsgi-server', ['0'], async (example, port) => {
      const url = `http://127.0.0.1:${port}`;
      assert.equal(await (await fetch(`${url}/`)).text(), '<b>hello world</b>\n');
      assert.equal(
        await (await fetch(`${url}/count`, { method: 'POST', body: 'three' })).text(),
        '5 bytes\n',
      );
      const slow = await fetch(`${url}/slow`);
      const pieces: string[] = [];
      for await (const piece of slow.body as unknown as AsyncIterable<Uint8Array>)
        pieces.push(Buffer.from(piece).toString());
      assert.deepEqual(pieces, ['one\n', 'two\n', 'three\n']);
      assert.equal((await fetch(`${url}/nowhere`)).status, 404);
      await example.says(/"GET \/nowhere HTTP\/1\.1" 404 /);
    });
  });

  test(
    'wsgi-tls-server knows that it is asked by https',
    { skip: missing('openssl') || missing('curl') },
    async () => {
      await withExample('wsgi-tls-server', ['0'], async (_example, port) => {
        const { stdout } = await run('curl', ['-sSk', `https://127.0.0.1:${port}/here`]);
        assert.equal(stdout, 'You asked by https for /here\n');
      });
    },
  );

  test('hono-app answers, streams, and its request ends when the client goes', async () => {
    await withExample('hono-app', ['0'], async (example, port) => {
      const url = `http://127.0.0.1:${port}`;
      assert.deepEqual(await (await fetch(`${url}/hello/world`)).json(), { hello: 'world' });
      assert.equal(await (await fetch(`${url}/upper`, { method: 'POST', body: 'quiet' })).text(), 'QUIET');
      const hasty = connect(port, '127.0.0.1');
      hasty.write('GET /slow HTTP/1.1\r\nHost: x\r\n\r\n');
      setTimeout(() => hasty.destroy(), 300);
      await example.says(/\/slow is over/);
    });
  });

  test('express-app answers, and gives a slow report up', async () => {
    await withExample('express-app', ['0'], async (_example, port) => {
      const url = `http://127.0.0.1:${port}`;
      assert.equal(await (await fetch(`${url}/`)).text(), 'hello from Express\n');
      const report = await fetch(`${url}/report`);
      assert.equal(report.status, 503);
      assert.equal(await report.text(), 'The report takes too long today\n');
    });
  });

  test('backdoor lets one look at the program, and kill a worker', async () => {
    await withExample('backdoor', ['0'], async (_example, port) => {
      const socket = connect(port, '127.0.0.1');
      const heard = await talk(socket, 'jobs.done >= 0\nworkers.length\nquit()\n');
      assert.match(heard, /3 workers are at it/);
      assert.match(heard, /true[^]*3/);
    });
  });

  test('concurrent-download has what comes within two seconds, and kills the rest', async () => {
    const { code, stdout, stderr } = await new ExampleProcess('concurrent-download').end();
    assert.equal(stderr, '');
    assert.match(
      stdout,
      /\/1: 100 bytes[^]*\/2: 200 bytes[^]*\/3: 300 bytes[^]*\n3 of 4 pages within two seconds\n$/,
    );
    assert.equal(code, 0);
  });

  test('dns-mass-resolve counts what it found, and what not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'names-'));
    const file = join(folder, 'names.txt');
    writeFileSync(file, '# some names\nlocalhost\n127.0.0.7\n\nnot a name\n');
    const { code, stdout } = await new ExampleProcess('dns-mass-resolve', [file]).end();
    rmSync(folder, { recursive: true });
    assert.match(stdout, /^127\.0\.0\.7 = 127\.0\.0\.7$/m);
    assert.match(stdout, /^localhost = 127\.0\.0\.1$/m);
    assert.match(stdout, /\n2 found, 1 without an address, 0 given up\n$/);
    assert.equal(code, 0);
  });
});
