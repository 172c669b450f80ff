// What a fetch handler puts into the global object, and that it can be had back.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restoreFetchGlobals } from '../../src/http/fetch-globals.ts';
import { fetchHandler } from '../../src/http/fetch-handler.ts';

const NAMES = ['Request', 'Response', 'fetch'] as const;
const [OwnRequest, OwnResponse, ownFetch] = [Request, Response, fetch];
// The first reading has put them in the place of accessors.
const before = NAMES.map((name) => Object.getOwnPropertyDescriptor(globalThis, name));
const handle = (): Response => new OwnResponse('ok');

/** Whether each global is the runtime's own. */
const own = (): boolean[] => [Request === OwnRequest, Response === OwnResponse, fetch === ownFetch];

test('a fetch handler puts its own there, and restoreFetchGlobals() takes them away', () => {
  fetchHandler(handle);
  assert.deepEqual(own(), [false, false, false]);
  const light = new Response('x');
  assert.ok(light instanceof OwnResponse && new OwnResponse('x') instanceof Response);
  restoreFetchGlobals();
  assert.deepEqual(own(), [true, true, true]);
  assert.deepEqual(
    NAMES.map((name) => Object.getOwnPropertyDescriptor(globalThis, name)),
    before,
  );
  assert.ok(light instanceof Response);
  restoreFetchGlobals();
});

test('options leave them as they are', () => {
  try {
    fetchHandler(handle, { lightResponse: false });
    assert.deepEqual(own(), [false, true, false]);
    restoreFetchGlobals();
    fetchHandler(handle, { lightRequest: false });
    assert.deepEqual(own(), [true, false, true]);
    restoreFetchGlobals();
    fetchHandler(handle, { lightRequest: false, lightResponse: false });
    assert.deepEqual(own(), [true, true, true]);
  } finally {
    restoreFetchGlobals();
  }
});

test('several handlers put them there once', () => {
  try {
    fetchHandler(handle);
    const { Request: first, Response: second, fetch: third } = globalThis;
    fetchHandler(handle);
    assert.deepEqual([Request, Response, fetch], [first, second, third]);
  } finally {
    restoreFetchGlobals();
  }
  assert.deepEqual(own(), [true, true, true]);
});

test('what somebody else has put there since is left alone', () => {
  const theirs = (() => Promise.reject(new Error('no network here'))) as typeof fetch;
  try {
    fetchHandler(handle);
    globalThis.fetch = theirs;
    fetchHandler(handle);
    assert.equal(fetch, theirs);
    restoreFetchGlobals();
    assert.equal(fetch, theirs);
    assert.equal(Response, OwnResponse);
  } finally {
    globalThis.fetch = ownFetch;
    restoreFetchGlobals();
  }
});

test('a fetch that was there before is the one that is called', async () => {
  const calls: unknown[] = [];
  globalThis.fetch = ((...args: unknown[]) => Promise.resolve(calls.push(args))) as unknown as typeof fetch;
  try {
    fetchHandler(handle);
    await fetch('http://test/', { method: 'POST' });
    assert.deepEqual(calls, [['http://test/', { method: 'POST' }]]);
  } finally {
    restoreFetchGlobals();
    globalThis.fetch = ownFetch;
  }
});

test('the Request that is there makes real ones, and can be extended', () => {
  try {
    fetchHandler(handle);
    class Mine extends Request {}
    const [plain, mine] = [new Request('http://test/'), new Mine('http://test/', { method: 'PUT' })];
    assert.equal(Object.getPrototypeOf(plain), OwnRequest.prototype);
    assert.ok(plain instanceof OwnRequest && plain instanceof Request && !(plain instanceof Mine));
    assert.ok(mine instanceof Mine && mine instanceof Request && mine instanceof OwnRequest);
    assert.deepEqual([mine.method, new Request(mine).method], ['PUT', 'PUT']);
    assert.deepEqual([Request.name, Request.length], [OwnRequest.name, OwnRequest.length]);
    assert.throws(() => (Request as unknown as () => void)(), TypeError);
    assert.throws(() => new (Request as unknown as new () => void)(), TypeError);
  } finally {
    restoreFetchGlobals();
  }
});

test('wrong arguments are refused at the call', () => {
  const wrong: [unknown[], RegExp][] = [
    [[], /^fetchHandler\(handle\): expected a function, got undefined$/],
    [[{}], /^fetchHandler\(handle\): expected a function, got/],
    [[handle, 5], /^fetchHandler\(options\): expected an options object, got 5$/],
    [[handle, { lightResponse: 1 }], /^fetchHandler\(\{ lightResponse \}\): expected true or false, got 1$/],
    [
      [handle, { lightRequest: 'no' }],
      /^fetchHandler\(\{ lightRequest \}\): expected true or false, got 'no'$/,
    ],
  ];
  for (const [args, message] of wrong) {
    assert.throws(() => (fetchHandler as (...args: unknown[]) => unknown)(...args), {
      name: 'TypeError',
      message,
    });
  }
  assert.deepEqual(own(), [true, true, true]);
});
