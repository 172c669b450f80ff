// curl, in front of each of the three faces of HTTP.
import assert from 'node:assert/strict';
import { sleep } from '../../src/index.ts';
import { HTTPServer } from '../../src/http.ts';
import { certificatePair, certificatePath } from '../support/certificates.ts';
import { type ClientWorld, FACES, clientTest, describer } from '../support/clients.ts';
import { until } from '../support/footprint.ts';

/** Runs curl, which must succeed; answers what it printed. */
type Curl = (args: readonly string[], input?: string) => Promise<string>;

function curlOf({ run }: ClientWorld): Curl {
  return async (args, input) => {
    const { code, stdout, stderr } = await run('curl', ['-sS', '--max-time', '30', ...args], input);
    assert.deepEqual([code, stderr], [0, ''], args.join(' '));
    return stdout;
  };
}

const BODY = 'x'.repeat(200_000);

for (const face of FACES) {
  clientTest(['curl'], `curl speaks to a ${face} application: versions, methods, bodies`, async (world) => {
    const curl = curlOf(world);
    const server = await world.serve(describer(face));
    const at = (path: string): string => `http://127.0.0.1:${server.serverPort}${path}`;

    assert.equal(await curl([at('/plain')]), 'GET /plain 0');
    assert.equal(await curl(['--http1.0', at('/old')]), 'GET /old 0');
    assert.match(
      await curl(['--http1.0', '-i', '-H', 'Connection: keep-alive', at('/old')]),
      /^HTTP\/1\.1 200 /,
    );
    const head = await curl(['--head', at('/head')]);
    assert.match(head, /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/);
    assert.equal(await curl(['-X', 'DELETE', at('/gone')]), 'DELETE /gone 0');

    const connects = ['-w', ' %{num_connects}\\n'];
    assert.equal(await curl([...connects, at('/1'), at('/2')]), 'GET /1 0 1\nGET /2 0 0\n');
    assert.equal(await curl([...connects, '-d', 'abc', at('/1'), at('/2')]), 'POST /1 3 1\nPOST /2 3 0\n');

    assert.equal(await curl(['-T', '-', at('/chunks')], BODY), `PUT /chunks ${BODY.length}`);
    const expecting = [
      '-H',
      'Expect: 100-continue',
      '--expect100-timeout',
      '25',
      '-D',
      '-',
      '--data-binary',
      '@-',
    ];
    const told = await curl([...expecting, at('/expect')], BODY);
    assert.match(
      told,
      new RegExp(`^HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 [^]*POST /expect ${BODY.length}$`),
    );
  });
}

clientTest(['curl'], 'curl trusts our certificate, and uses its TLS connection again', async (world) => {
  const server = await world.serve(describer('fetch', certificatePair('server')));
  const at = (path: string): string => `https://localhost:${server.serverPort}${path}`;
  const trust = ['--cacert', certificatePath('ca.pem'), '--connect-to', `localhost::127.0.0.1:`];
  const curl = curlOf(world);
  const format = ['-w', ' %{ssl_verify_result} %{num_connects}\\n'];
  assert.equal(await curl([...trust, ...format, at('/1'), at('/2')]), 'GET /1 0 0 1\nGET /2 0 0 0\n');
  assert.equal(await curl([...trust, '-T', '-', at('/up')], BODY), `PUT /up ${BODY.length}`);
  assert.equal(await curl([...trust, '--tls-max', '1.2', at('/older')]), 'GET /older 0');

  // Without our authority it hangs up in the middle of the handshake.
  const stranger = await world.run('curl', ['-sS', ...trust.slice(2), at('/')]);
  assert.equal(stranger.code, 60);
  await until(() => server.active === 0, 'the end of the connection');
  assert.match(world.takePrinted(), /^SSL.*Error: .*(UNKNOWN_CA|unknown ca|EOF)/i);
});

/** What curl is told, and which statuses are right. */
const BAD: readonly (readonly [what: string, args: readonly string[], statuses: readonly string[]])[] = [
  ['a method of two words', ['-X', 'GET IT'], ['400']],
  ['a method that nobody knows', ['-X', 'FROBNICATE'], ['400', '405', '501']],
  ['no host', ['-H', 'Host:'], ['400']],
  ['a header with a space in its name', ['-H', 'Bad Name: 1'], ['400']],
  ['a control character in a header', ['-H', 'X-Bad: a\u0001b'], ['400']],
  ['a length that is no number', ['-H', 'Content-Length: many'], ['400']],
  ['a negative length', ['-H', 'Content-Length: -1'], ['400']],
  ['two lengths', ['-H', 'Content-Length: 3', '-H', 'Content-Length: 4', '-d', 'abc'], ['400']],
  [
    'a length and chunks',
    ['-H', 'Content-Length: 3', '-H', 'Transfer-Encoding: chunked', '-d', 'abc'],
    ['400'],
  ],
  ['an encoding that nobody knows', ['-H', 'Transfer-Encoding: chunked, zip', '-d', 'abc'], ['400', '501']],
  ['an expectation that nobody knows', ['-H', 'Expect: miracles'], ['417']],
  ['a header of 20 kB', ['-H', `X-Long: ${'x'.repeat(20_000)}`], ['431']],
  ['two hundred headers', Array.from({ length: 200 }, (_, n) => ['-H', `X-${n}: 1`]).flat(), ['431']],
  ['a path of 9 kB', ['--request-target', `/${'x'.repeat(9000)}`], ['414']],
  ['a target with a space', ['--request-target', '/a b'], ['400']],
  ['a body of more than is allowed', ['-H', 'Expect:', '-d', 'x'.repeat(60_000)], ['413']],
];

clientTest(['curl'], 'whatever nonsense curl sends, the answer says why it is refused', async (world) => {
  const server = await world.serve(describer('fetch', { maxBodySize: 50_000 }));
  const url = `http://127.0.0.1:${server.serverPort}/`;
  const wrong: string[] = [];
  for (const [what, args, statuses] of BAD) {
    const { stdout } = await world.run('curl', ['-s', '-o', '/dev/null', '-w', '%{http_code}', ...args, url]);
    if (!statuses.includes(stdout)) wrong.push(`${what}: ${stdout}, not ${statuses.join(' or ')}`);
  }
  assert.deepEqual(wrong, []);
  assert.equal(await curlOf(world)([url]), 'GET / 0');
});

clientTest(
  ['curl'],
  'a curl that reads slowly gets all of it, and one that gives up ends the handler',
  async (world) => {
    let ended = 0;
    const server = await world.serve(
      new HTTPServer(
        '127.0.0.1:0',
        async (request) => {
          if (request.url.endsWith('/large')) return new Response(BODY);
          try {
            await sleep(60);
            return new Response('never');
          } finally {
            ended += 1;
          }
        },
        { log: null },
      ),
    );
    const url = `http://127.0.0.1:${server.serverPort}`;
    assert.equal((await curlOf(world)(['--limit-rate', '200k', `${url}/large`])).length, BODY.length);
    const { code } = await world.run('curl', ['-s', '--max-time', '0.3', `${url}/slow`]);
    assert.equal(code, 28);
    await until(() => ended === 1, 'the end of the handler');
    assert.equal(server.requests, 0);
  },
);

clientTest(['curl'], 'curl asks for fifty pages at once', async (world) => {
  const server = await world.serve(describer('node'));
  const out = await curlOf(world)([
    '--parallel',
    '--no-progress-meter',
    '--parallel-immediate',
    '--parallel-max',
    '50',
    `http://127.0.0.1:${server.serverPort}/[1-50]`,
  ]);
  assert.equal(out.match(/GET \/\d+ 0/g)?.length, 50);
});
