import assert from 'node:assert/strict';
import { SystemExit } from '../../src/exceptions.ts';
import { type Greenlet, getHub, sleep, spawn } from '../../src/index.ts';
import { BackdoorServer, type BackdoorServerOptions } from '../../src/backdoor.ts';
import { runProgram, entry } from '../support/program.ts';
import { Client, eventually, serverTest } from '../net/clients.ts';
import { test } from 'node:test';

/** Runs `body` with a backdoor on a port of its own. */
async function withBackdoor(
  options: BackdoorServerOptions,
  body: (server: BackdoorServer) => Promise<void>,
): Promise<void> {
  const server = new BackdoorServer('127.0.0.1:0', { banner: 'Welcome', ...options });
  await server.start();
  try {
    await body(server);
  } finally {
    await server.stop();
  }
}

/** What a client is answered who sends `text` and ends its side; without the prompts. */
async function ask(server: BackdoorServer, text: string): Promise<string> {
  const client = await Client.connect(server.serverPort);
  client.send(text).socket.end();
  const all = await client.rest();
  return all.replace('Welcome\n', '').replaceAll('>>> ', '');
}

/** A client at the prompt. */
async function visit(server: BackdoorServer): Promise<Client> {
  const client = await Client.connect(server.serverPort);
  await client.until('>>> ');
  return client;
}

serverTest('a client sees the banner and a prompt, and the values of what it types', () =>
  withBackdoor({ locals: { answer: 42 } }, async (server) => {
    const client = await Client.connect(server.serverPort);
    await client.until('Welcome\n>>> ');
    await client.send('2 + 2\n').until('4\n>>> ');
    await client.send('_ * 10\r\n').until('40');
    await client.send('answer\n').until('42');
    await client.send('undefined\nnull\n').until('>>> >>> null\r\n>>> ');
    client.socket.end();
    await client.closed();
  }),
);

serverTest('the default banner names the library and the process', async () => {
  const server = new BackdoorServer(['127.0.0.1', 0]);
  await server.start();
  const client = await visit(server);
  assert.match(client.received, /^gevent-ts .* Node v\d+.* process \d+/);
  await server.stop();
  await client.closed();
});

serverTest('each connection has variables of its own, and what they hold in common is shared', () => {
  const shared = { count: 0 };
  return withBackdoor({ locals: { shared } }, async (server) => {
    const first = await visit(server);
    const second = await visit(server);
    await first.send('x = 5; const y = 6; shared = { ...shared, count: 100 }\n').until('count: 100');
    await first.send('x + y\n').until('11');
    await second.send('typeof x + typeof y\n').until("'undefinedundefined'");
    await second.send('shared.count += 1\n').until('1\n');
    assert.equal(shared.count, 1);
    assert.equal('x' in globalThis, false);
    for (const client of [first, second]) client.socket.end();
    for (const client of [first, second]) await client.closed();
  });
});

serverTest('errors are shown, and the session goes on', () =>
  withBackdoor({}, async (server) => {
    const fail = '(() => { throw new TypeError("failed") })()';
    const said = await ask(server, `throw new Error('oops')\nnope\nawait ${fail}\nvar (\n1 + 1\n`);
    assert.match(said, /^Uncaught Error: oops\nUncaught ReferenceError: nope is not defined\n/);
    assert.match(said, /Uncaught TypeError: failed\n[^]*Uncaught SyntaxError[^]*\n2\n$/);
    // Of the stack only what the client typed.
    assert.doesNotMatch(said, /backdoor|node:vm/);
  }),
);

serverTest('`await` parks the session, and the lines behind it wait their turn', () =>
  withBackdoor({ locals: { sleep } }, async (server) => {
    assert.equal(
      await ask(server, "const x = await sleep(0.02).then(() => 'first')\nx\n'second'\n"),
      "'first'\n'second'\n",
    );
  }),
);

serverTest('code of several lines is put together', () =>
  withBackdoor({}, async (server) => {
    const said = await ask(server, 'function f() {\n  return 7;\n}\nf()\nif (\n.break\n8\n.clear\n');
    assert.match(said, /7\n[^]*8\n/);
  }),
);

for (const words of [
  'quit()',
  'exit()',
  '.exit',
  'throw new SystemExit(1)',
  'await null; throw new SystemExit()',
]) {
  serverTest(`\`${words}\` ends that session alone`, () =>
    withBackdoor({ locals: { SystemExit } }, async (server) => {
      const other = await visit(server);
      const client = await visit(server);
      const said = await client.send(`${words}\n1 + 1\n`).rest();
      assert.equal(said, 'Welcome\n>>> ');
      await other.send('3 + 4\n').until('7');
      assert.deepEqual([server.started, server.active], [true, 1]);
      other.socket.end();
      await other.closed();
    }),
  );
}

serverTest('stop() ends all sessions at once, also those that wait for something', async () => {
  const server = new BackdoorServer('127.0.0.1:0', { locals: { sleep } });
  await server.start();
  const clients = [await visit(server), await visit(server), await visit(server)];
  clients[0]?.send('1; await sleep(1000)\n').send('2\n');
  clients[1]?.send('await new Promise(() => {})\n');
  await eventually(
    () =>
      getHub()
        .waits()
        .some((line) => line.includes('sleep()')),
    'the sleep',
  );
  const begin = Date.now();
  assert.equal(await server.stop(), 3);
  assert.ok(Date.now() - begin < 900);
  for (const client of clients) await client.closed();
});

serverTest('a session runs in a greenlet; its kill ends what it evaluates, with its finally', () => {
  const marks: string[] = [];
  return withBackdoor({ locals: { marks, sleep } }, async (server) => {
    const client = await visit(server);
    client.send("try { await sleep(1000) } finally { marks.push('finally') }\n");
    await eventually(
      () =>
        getHub()
          .waits()
          .some((line) => line.includes('sleep()')),
      'the sleep',
    );
    const [session] = getHub().greenlets();
    await (session as Greenlet).kill();
    await client.closed();
    assert.deepEqual(marks, ['finally']);
    assert.equal(server.started, true);
  });
});

serverTest('Ctrl-C interrupts what is evaluated, from a terminal or telnet', () =>
  withBackdoor({ locals: { sleep } }, async (server) => {
    const client = await visit(server);
    for (const interrupt of [Buffer.from([3]), Buffer.from([255, 244, 255, 242])]) {
      client.send('await sleep(1000)\n');
      await eventually(
        () =>
          getHub()
            .waits()
            .some((line) => line.includes('sleep()')),
        'the sleep',
      );
      client.received = '';
      client.socket.write(interrupt);
      await client.until('Uncaught KeyboardInterrupt');
    }
    await client.send('5 + 6\n').until('11\r\n>>> ');
    client.socket.end();
    await client.closed();
  }),
);

serverTest('greenlets() and tree() show who is alive, kill(id) ends one', () =>
  withBackdoor({}, async (server) => {
    const worker = spawn(async function worker() {
      const child = spawn(async function child() {
        await sleep(1000);
      });
      await child.join();
    });
    const client = await visit(server);
    await client.send('greenlets()\n').until(`${worker.minimalIdent} => <Greenlet`);
    await client.send('tree()\n').until('waits in sleep() for 1000 seconds');
    assert.match(
      client.received,
      /├── \d+ <Greenlet "[^"]*": worker\(\)> waits in the end of .*\n│ {3}└── \d+ .*child\(\)/,
    );
    const [child] = getHub()
      .greenlets()
      .filter((greenlet) => String(greenlet).includes('child'));
    await client.send(`kill(${child?.minimalIdent})\n`).until('true\n');
    await worker.join();
    await client.send('kill(12345)\n').until('false\n');
    client.socket.end();
    await client.closed();
  }),
);

serverTest('what a session leaves uncaught is shown there, and does not end the program', () =>
  withBackdoor({ locals: { sleep } }, async (server) => {
    const client = await visit(server);
    await client.send("Promise.reject(new Error('dropped')); 1\n").until('Uncaught Error: dropped');
    await client
      .send("setTimeout(() => { throw new Error('in a timer') }, 1); 2\n")
      .until('Uncaught Error: in a timer');
    await client.send("'still here'\n").until("'still here'\n");
    client.socket.end();
    await client.closed();
  }),
);

serverTest('a client that resets its connection leaves nothing', () =>
  withBackdoor({ locals: { sleep } }, async (server) => {
    const client = await visit(server);
    client.send('await sleep(1000)\n');
    await eventually(
      () =>
        getHub()
          .waits()
          .some((line) => line.includes('sleep()')),
      'the sleep',
    );
    client.socket.resetAndDestroy();
    await eventually(() => server.active === 0, 'the end of the session');
  }),
);

serverTest('console.log writes to the client', () =>
  withBackdoor({}, async (server) => {
    assert.equal(await ask(server, "console.log('hello'); 1\n"), 'hello\n1\n');
  }),
);

test("Node's REPL is loaded by the first client", async () => {
  const { code, stdout } = await runProgram(`
    import { connect } from 'node:net';
    import { BackdoorServer } from '${entry('backdoor')}';
    const isLoaded = () => process.moduleLoadList.includes('NativeModule repl');
    const server = new BackdoorServer('127.0.0.1:0');
    await server.start();
    console.log(isLoaded());
    connect(server.serverPort, '127.0.0.1').on('data', async () => {
      console.log(isLoaded());
      process.exit();
    });
  `);
  assert.deepEqual([code, stdout], [0, 'false\ntrue\n']);
});
