/** The tour as its users meet it: a process, with arguments, signals, files and an exit code. */

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../examples/tour.js', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'gevent-tour-test-'));
let files = 0;

interface Row {
  url: string;
  outcome: 'downloaded' | 'failed' | 'timed out' | 'killed';
  seconds: number;
  status?: number;
  bytes?: number;
  error?: string;
}

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  seconds: number;
}

/** Runs a command to its end; `onOutput` is called with all that stdout has brought so far. */
function run(
  command: string[],
  onOutput: (text: string, child: ChildProcess) => void = () => {},
  environment: NodeJS.ProcessEnv = {},
): Promise<Ended> {
  const started = performance.now();
  const child = spawn(command[0] ?? '', command.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...environment },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => onOutput((stdout += text), child));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) =>
      resolve({ code, stdout, stderr, seconds: (performance.now() - started) / 1000 }),
    );
  });
}

const tour = (args: string[], onOutput?: (text: string, child: ChildProcess) => void) =>
  run([process.execPath, program, ...args], onOutput);

/** A path that nobody else uses. */
function file(name: string): string {
  return join(folder, `${++files}-${name}`);
}

/** The rows of a file of results; fails unless it consists of whole lines. */
function rowsOf(path: string): Row[] {
  const text = readFileSync(path, 'utf8');
  assert.ok(text === '' || text.endsWith('\n'), 'the file ends with a whole line');
  const rows = text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row);
  for (const row of rows) assert.ok(URL.canParse(row.url) && row.seconds >= 0, JSON.stringify(row));
  return rows;
}

/** The number on a line of the summary. */
function number(stdout: string, name: string): number {
  const match = new RegExp(`^  ${name} +([\\d.]+)`, 'm').exec(stdout);
  assert.ok(match, `no line "${name}" in:\n${stdout}`);
  return Number(match[1]);
}

/** Checks that what was printed and what was written tell the same story; returns the rows. */
function agree(stdout: string, path: string): Row[] {
  const rows = rowsOf(path);
  const [, done, total] = /^(\d+) of (\d+) pages in/m.exec(stdout) ?? [];
  for (const outcome of ['downloaded', 'failed', 'timed out', 'killed']) {
    assert.equal(number(stdout, outcome), rows.filter((row) => row.outcome === outcome).length, outcome);
  }
  assert.equal(Number(done), rows.length);
  assert.equal(Number(done) + number(stdout, 'not started'), Number(total));
  const sum = rows.reduce((seconds, row) => seconds + row.seconds, 0);
  assert.ok(Math.abs(number(stdout, 'one by one') - sum) < 0.1, 'the single times add up');
  assert.match(stdout, new RegExp(`^Results: ${path}$`, 'm'));
  return rows;
}

after(() => rmSync(folder, { recursive: true }));

describe('the tour', { concurrency: 3 }, () => {
  test('it visits every page of its own site in less than 20 seconds, and the numbers add up', async () => {
    const out = file('out.jsonl');
    const { code, stdout, stderr, seconds } = await tour(['--out', out]);
    assert.equal(code, 0, stderr);
    assert.equal(stderr, '');
    assert.ok(seconds < 20, `${seconds} s`);

    const rows = agree(stdout, out);
    const ended = (kind: string) => rows.filter((row) => row.url.includes(`/${kind}/`));
    assert.ok(ended('page').length > 150);
    assert.ok(ended('page').every((row) => row.outcome !== 'failed'));
    assert.deepEqual(new Set(ended('missing').map((row) => row.status)), new Set([404]));
    assert.deepEqual(new Set(ended('broken').map((row) => row.status)), new Set([500]));
    assert.ok(ended('reset').every((row) => row.outcome === 'failed' && row.error !== undefined));
    assert.ok([...ended('stall'), ...ended('drip')].every((row) => /timed out|killed/.test(row.outcome)));

    assert.ok(number(stdout, 'timed out') > 0);
    assert.ok(number(stdout, 'killed') > 0);
    const greenlets = number(stdout, 'greenlets');
    assert.ok(
      greenlets >= 42 + 40,
      `${greenlets}: a pool of 40, the writer and the progress, and a connection for each`,
    );
    assert.ok(greenlets <= 42 + 40 + 60, `${greenlets}: more than a request for each connection`);
    assert.ok(number(stdout, 'one by one') > 10 * 5);
  });

  test('without --out it writes to a new file and says which', async () => {
    const { code, stdout } = await tour(['--limit', '0.5']);
    assert.equal(code, 0);
    const path = /^Results: (.+)$/m.exec(stdout)?.[1] ?? '';
    assert.ok(number(stdout, 'killed') > 0);
    agree(stdout, path);
    rmSync(join(path, '..'), { recursive: true });
  });

  test('the same seed gives the same pages, another seed others', async () => {
    const sizes = async (seed: string) => {
      const out = file('seed.jsonl');
      await tour(['--seed', seed, '--concurrency', '500', '--out', out]);
      const pages = rowsOf(out).filter((row) => row.outcome === 'downloaded');
      return new Map(pages.map(({ url, bytes }) => [new URL(url).pathname, bytes]));
    };
    const [first, again, other] = await Promise.all([sizes('1'), sizes('1'), sizes('2')]);
    const shared = [...first.keys()].filter((path) => again.has(path));
    assert.ok(shared.length > 10);
    for (const path of shared) assert.equal(again.get(path), first.get(path), path);
    assert.ok([...other].some(([path, bytes]) => first.has(path) && first.get(path) !== bytes));
  });

  for (const [signal, expected] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    test(`${signal} kills the greenlets, prints what is finished and leaves a whole file`, async () => {
      const out = file('stopped.jsonl');
      let sent = false;
      const { code, stdout, stderr, seconds } = await tour(['--out', out], (text, child) => {
        if (!sent && /[1-9]\d*\/273 pages/.test(text)) sent = child.kill(signal);
      });
      assert.equal(code, expected, stderr);
      assert.equal(stderr, '');
      assert.ok(seconds < 5, `${seconds} s`);
      assert.match(stdout, new RegExp(`stopped by ${signal}`));
      agree(stdout, out);
      assert.ok(number(stdout, 'downloaded') > 0);
      assert.ok(number(stdout, 'killed') > 0);
      assert.ok(number(stdout, 'not started') > 0);
    });
  }

  test('a reader that goes away ends it without a word, and the file is whole', async () => {
    const out = file('pipe.jsonl');
    const { code, stderr } = await tour(['--out', out], (_text, child) => child.stdout?.destroy());
    assert.equal(code, 141);
    assert.equal(stderr, '');
    rowsOf(out);
  });

  test(
    'a full disk is a clear error that ends the tour at once',
    { skip: !existsSync('/dev/full') },
    async () => {
      const { code, stderr, seconds } = await tour(['--out', '/dev/full']);
      assert.equal(code, 1);
      assert.match(stderr, /^tour: cannot write \/dev\/full: ENOSPC.*\n$/);
      assert.ok(seconds < 5, `${seconds} s`);
    },
  );

  test(
    'a file that may not grow any more ends with a whole line',
    { skip: process.platform === 'win32' },
    async () => {
      const out = file('limited.jsonl');
      const shell = ['sh', '-c', 'ulimit -f 4; exec "$@"', 'sh'];
      const { code, stderr } = await run([...shell, process.execPath, program, '--out', out]);
      assert.equal(code, 1);
      assert.match(stderr, /^tour: cannot write .*: EFBIG.*\n$/);
      assert.ok(rowsOf(out).length > 10);
    },
  );

  test('a place that cannot be written to is refused before anything starts', async () => {
    for (const out of [join(folder, 'no', 'such', 'folder'), folder, '']) {
      const { code, stdout, stderr } = await tour(['--out', out]);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, /^tour: cannot write --out: .*\n$/);
    }
  });

  for (const [args, message] of [
    [['--concurrency', '0'], /--concurrency wants a whole number of at least 1, not "0"/],
    [['--concurrency', 'many'], /--concurrency wants .* not "many"/],
    [['--concurrency', '2.5'], /--concurrency wants .* not "2.5"/],
    [['--timeout', '0'], /--timeout wants seconds, more than 0 .* not "0"/],
    [['--timeout=-1'], /--timeout wants .* not "-1"/],
    [['--limit', 'Infinity'], /--limit wants .* not "Infinity"/],
    [['--limit', ''], /--limit wants .* not ""/],
    [['--seed', 'x'], /--seed wants a whole number of at least 0, not "x"/],
    [['--seed'], /--seed/],
    [['--speed', '9'], /--speed/],
    [['list.txt'], /list\.txt/],
    [['--urls', 'list.txt', '--seed', '3'], /--seed .* cannot be used with --urls/],
    [['--urls', 'list.txt', '--out', './list.txt'], /name the same file/],
    [['--urls', 'no-such-file.txt'], /cannot read --urls: ENOENT/],
  ] as const) {
    test(`${args.join(' ')} is refused`, async () => {
      const { code, stdout, stderr } = await tour([...args]);
      assert.equal(code, 2);
      assert.equal(stdout, '');
      assert.match(stderr, message);
      assert.doesNotMatch(stderr, /^ +at /m);
    });
  }

  test('--help tells all options', async () => {
    const { code, stdout } = await tour(['--help']);
    assert.equal(code, 0);
    for (const option of ['urls', 'out', 'concurrency', 'timeout', 'limit', 'seed', 'help']) {
      assert.ok(stdout.includes(`--${option} `), option);
    }
  });
});

describe("the tour with a list of one's own", { concurrency: 3 }, () => {
  let server: Server;
  let origin: string;
  /** When, in milliseconds, the client left each page that never answers. */
  const left = new Map<string, number>();

  before(async () => {
    server = createServer((request, response) => {
      if (request.url === '/hello') response.end('hello');
      else if (request.url === '/later') setTimeout(() => response.end('later'), 1500);
      else response.once('close', () => left.set(request.url ?? '', performance.now()));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(() => {
    server.close();
    server.closeAllConnections();
  });

  const list = (...lines: string[]): string => {
    const path = file('list.txt');
    writeFileSync(path, lines.join('\n'));
    return path;
  };

  test('bad lines are reported with their number, unreachable hosts are rows', async () => {
    const out = file('own.jsonl');
    const urls = list(
      '\uFEFF# a list',
      `${origin}/hello`,
      '',
      'not a url',
      `   ${origin}/hello#again  `,
      'ftp://127.0.0.1/file',
      'http://127.0.0.1:1/',
      `${origin.replace('http:', 'https:')}/hello`,
      'http://%zz/\r',
    );
    const { code, stdout, stderr } = await tour(['--urls', urls, '--out', out]);
    assert.equal(code, 0);
    const complaints = stderr.trimEnd().split('\n');
    assert.deepEqual(
      complaints.map((line) => /:(\d+): skipped, not an http or https URL: (".*")$/.exec(line)?.slice(1)),
      [
        ['4', '"not a url"'],
        ['6', '"ftp://127.0.0.1/file"'],
        ['9', '"http://%zz/"'],
      ],
    );
    const rows = agree(stdout, out);
    const byUrl = new Map(rows.map((row) => [row.url, row]));
    assert.equal(rows.length, 4);
    for (const url of [`${origin}/hello`, `${origin}/hello#again`]) {
      assert.deepEqual(
        { ...byUrl.get(url), seconds: 0 },
        { url, outcome: 'downloaded', seconds: 0, status: 200, bytes: 5 },
      );
    }
    assert.equal(byUrl.get('http://127.0.0.1:1/')?.outcome, 'failed');
    assert.match(byUrl.get('http://127.0.0.1:1/')?.error ?? '', /ECONNREFUSED/);
    assert.equal(byUrl.get(`${origin.replace('http:', 'https:')}/hello`)?.outcome, 'failed');
  });

  test('a page that times out is left at once, while others go on', async () => {
    const out = file('timeout.jsonl');
    const urls = list(`${origin}/never/1`, `${origin}/later`, `${origin}/never/2`);
    const { stdout } = await tour(['--urls', urls, '--timeout', '1', '--concurrency', '2', '--out', out]);
    const ended = performance.now();
    assert.equal(number(stdout, 'timed out'), 3);
    agree(stdout, out);
    const waited = ended - (left.get('/never/1') ?? ended);
    assert.ok(waited > 800, `the first request was gone ${waited} ms before the end`);
  });

  test('the limit kills what is still running, and the requests are gone', async () => {
    const out = file('limit.jsonl');
    const urls = list(`${origin}/hello`, `${origin}/never/3`, `${origin}/never/4`);
    const { code, stdout, seconds } = await tour(['--urls', urls, '--limit', '1', '--out', out]);
    assert.equal(code, 0);
    assert.equal(number(stdout, 'killed'), 2);
    assert.ok(seconds < 5, `${seconds} s`);
    assert.ok(left.has('/never/3') && left.has('/never/4'));
    agree(stdout, out);
  });

  test('a list without a single URL is refused', async () => {
    const { code, stdout, stderr } = await tour(['--urls', list('# nothing', '')]);
    assert.equal(code, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /holds no URL/);
  });
});
