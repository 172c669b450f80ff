import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { abandonedCount } from '../../src/core/interruptible.ts';
import { AF_INET, AI_CANONNAME, SOCK_DGRAM, SOCK_STREAM } from '../../src/inet/constants.ts';
import { GetAddrInfoError, HostError } from '../../src/inet/errors.ts';
import { GreenletExit, Timeout, spawn, withTimeout } from '../../src/index.ts';
import { ThreadResolver } from '../../src/resolver.ts';
import { assertNothingLeft, errorOf, registered } from '../support/kernel.ts';
import { forbidUnhandledRejections } from '../support/rejections.ts';
import { settled } from './world.ts';

forbidUnhandledRejections();

interface Busy {
  /** Lets the threads go on, and resolves when they are free. */
  release(): Promise<void>;
}

const MAKE_PIPE = 'mkfifo';

/** Keeps the threads that look names up busy: each opens a pipe that nobody writes to yet. */
function keepThreadsBusy(): Busy {
  const folder = mkdtempSync(join(tmpdir(), 'gevent-threads-'));
  const pipe = join(folder, 'pipe');
  execFileSync(MAKE_PIPE, [pipe]);
  const threads = Number(process.env['UV_THREADPOOL_SIZE'] ?? 4);
  const readers = Array.from({ length: threads }, () => open(pipe, 'r'));
  return {
    async release() {
      const writer = openSync(pipe, 'w');
      for (const reader of await Promise.all(readers)) await reader.close();
      closeSync(writer);
      rmSync(folder, { recursive: true });
    },
  };
}

test('localhost is found, forwards and backwards', async () => {
  const resolver = new ThreadResolver();
  assert.equal(await resolver.getHostByName('localhost'), '127.0.0.1');
  const [name, , addresses] = await resolver.getHostByNameEx('localhost');
  assert.match(name, /localhost|^[\w.-]+$/);
  assert.ok(addresses.includes('127.0.0.1'));
  const [byAddress, , of] = await resolver.getHostByAddr('127.0.0.1');
  assert.notEqual(byAddress, '');
  assert.deepEqual(of, ['127.0.0.1']);
  assert.deepEqual(await resolver.getNameInfo(['127.0.0.1', 22]), [byAddress, 'ssh']);
  const [first, second, ...more] = await resolver.getAddrInfo('localhost', 80, AF_INET, 0, 0, AI_CANONNAME);
  assert.deepEqual([first?.[1], second?.[1], more.length], [SOCK_STREAM, SOCK_DGRAM, 1]);
  assert.deepEqual([typeof first?.[3], second?.[3]], ['string', '']);
  assertNothingLeft();
});

test('what is not found is an error with the original as its cause', async () => {
  const resolver = new ThreadResolver();
  // No name at all: the system need not ask anybody.
  const error = await errorOf(resolver.getHostByName('no..name'));
  assert.ok(error instanceof GetAddrInfoError);
  assert.deepEqual([error.code, error.errno], ['EAI_NONAME', -2]);
  assert.ok(error.cause instanceof Error);
  const nameless = await errorOf(resolver.getHostByAddr('255.255.255.255'));
  assert.ok(nameless instanceof HostError);
  assert.equal(typeof nameless.errno, 'number');
});

test('a look-up that is killed is given up at once, and its late answer dropped', async () => {
  const resolver = new ThreadResolver();
  const busy = keepThreadsBusy();
  try {
    let raised: unknown;
    const looking = spawn(async () => {
      raised = await errorOf(resolver.getHostByName('localhost'));
    });
    const naming = spawn(() => resolver.getHostByAddr('127.0.0.1'));
    await settled(() => registered().waits.length === 2, 'they do not wait');
    await looking.kill();
    await naming.kill();
    assert.ok(raised instanceof GreenletExit && naming.value instanceof GreenletExit);
    assert.equal(abandonedCount(), 2);
    assertNothingLeft();
  } finally {
    await busy.release();
  }
  assert.equal(await resolver.getHostByName('localhost'), '127.0.0.1');
  await settled(() => abandonedCount() === 0, 'the late answers did not come');
});

test('a look-up can be timed out, and `lifetime` is a temporary failure', async () => {
  const resolver = new ThreadResolver();
  const busy = keepThreadsBusy();
  try {
    const error = await errorOf(withTimeout(0.01, () => resolver.getHostByName('localhost')));
    assert.ok(error instanceof Timeout);
    const brief = new ThreadResolver({ lifetime: 0.01 });
    const short = (await errorOf(brief.getHostByName('localhost'))) as GetAddrInfoError;
    assert.deepEqual([short.name, short.code], ['gaierror', 'EAI_AGAIN']);
    assert.match(short.message, /no answer within 0\.01 s/);
    assertNothingLeft();
  } finally {
    await busy.release();
  }
  await settled(() => abandonedCount() === 0, 'the late answers did not come');
});

test('a kill that is pending is raised before the system is asked', async () => {
  const resolver = new ThreadResolver();
  const looking = spawn(async () => {
    looking.kill(undefined, { block: false });
    return await errorOf(resolver.getHostByName('localhost'));
  });
  assert.ok((await looking.get()) instanceof GreenletExit);
  assert.equal(abandonedCount(), 0);
});

test('options that make no sense are refused', () => {
  assert.throws(() => new ThreadResolver({ lifetime: 0 }), RangeError);
  assert.throws(() => new ThreadResolver({ lifetime: 'x' as never }), TypeError);
  assert.throws(
    () => new ThreadResolver([] as never),
    /ThreadResolver\(options\): expected an options object/,
  );
});
