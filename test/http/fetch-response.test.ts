// A light Response answers what the real one answers: for each way to make one, and each way to look at it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import { Light, READINGS, answerOf, laterAnswerOf, lookOf, real } from './fetch-conformance.ts';

type Make = (response: typeof Response) => Response;
type Arguments = ConstructorParameters<typeof Response>;

const stream = (...chunks: unknown[]): ReadableStream =>
  new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk === undefined) controller.close();
      else controller.enqueue(typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk);
    },
  });
const made =
  (...args: unknown[]): Make =>
  (It) =>
    new It(...(args as Arguments));
const form = new FormData();
form.set('a', 'ä');

const GOOD: Readonly<Record<string, Make>> = {
  nothing: (It) => new It(),
  null: made(null),
  undefined: made(undefined, undefined),
  text: made('hello'),
  'empty text': made(''),
  'text beyond ASCII': made('grüße €'),
  'half a character': made('a\uD800b'),
  'a byte order mark': made('\uFEFFabc'),
  JSON: made('{"a":[1]}'),
  'a buffer': made(Buffer.from('hello')),
  bytes: made(new Uint8Array([0, 255, 10])),
  'other views': made(new Uint16Array([1, 2])),
  'an ArrayBuffer': made(new Uint8Array([65, 66]).buffer),
  'URL parameters': made(new URLSearchParams({ a: '1 2', b: 'ä' })),
  'a blob': made(new Blob(['hello'], { type: 'text/x' })),
  'a stream': (It) => new It(stream('he', 'llo')),
  'a stream of nothing': (It) => new It(stream()),
  'a number': made(5),
  'an object': made({ toString: () => 'object' }),
  status: made('x', { status: 404 }),
  'status 599': made(null, { status: 599 }),
  'status as text': made('x', { status: '201' }),
  'status 204': made(null, { status: 204 }),
  'status 304': made(undefined, { status: 304 }),
  'a fraction': made('x', { status: 200.9 }),
  statusText: made('x', { statusText: 'fine é' }),
  'no options': made('x', null),
  'a record': made('x', { headers: { 'X-A': '1', 'x-b': '' } }),
  'one name, two spellings': made('x', { headers: { A: '1', a: '2' } }),
  'a type': made('x', { headers: { 'CONTENT-TYPE': 'text/html' } }),
  'values to be trimmed': made('x', { headers: { a: ' \t1 2\t ' } }),
  'values that are no text': made('x', { headers: { a: 5, b: true, c: undefined } }),
  'a control character': made('x', { headers: { a: 'a\u0001b' } }),
  'Latin-1': made('x', { headers: { a: 'é' } }),
  pairs: made(null, {
    headers: [
      ['a', '1'],
      ['A', '2'],
      ['set-cookie', 'x=1'],
      ['Set-Cookie', 'y=2'],
    ],
  }),
  Headers: made('x', {
    headers: new real.Headers([
      ['a', '1'],
      ['set-cookie', 'x=1'],
      ['set-cookie', 'y=2'],
    ]),
  }),
  'a Map': made('x', { headers: new Map([['a', '1']]) }),
  'a real response as options': made(
    'x',
    new real.Response('y', { status: 201, statusText: 'so', headers: { a: '1' } }),
  ),
  'one of its own as options': (It) => new It('x', new It('y', { status: 201, headers: { a: '1' } })),
  'the body of another': (It) => new It(new It('hello').body, { status: 201 }),
  'hidden and inherited names': made('x', {
    headers: Object.defineProperty(Object.create({ b: '2' }), 'a', { value: '1', enumerable: false }),
  }),
  json: (It) => It.json({ a: ['ä'] }),
  'json of null': (It) => It.json(null),
  'json with options': (It) => It.json(1, { status: 201, headers: { a: '1' } }),
  'json with a type': (It) => It.json('x', { headers: { 'content-type': 'application/problem+json' } }),
  'json with odd options': (It) => It.json('x', { status: '201' as unknown as number }),
  redirect: (It) => It.redirect('http://localhost/x y', undefined as never),
  'redirect with a status': (It) => It.redirect('http://localhost/', 308),
  error: (It) => It.error(),
  'a subclass': (It) => new (class Mine extends It {})('hello', { status: 201 }),
};

const BAD: Readonly<Record<string, Make>> = {
  'status 99': made('x', { status: 99 }),
  'status 600': made('x', { status: 600 }),
  'status NaN': made('x', { status: Number.NaN }),
  'status null': made('x', { status: null }),
  'a body with 204': made('x', { status: 204 }),
  'no text with 205': made('', { status: 205 }),
  'bytes with 304': made(Buffer.from('x'), { status: 304 }),
  'a stream with 204': (It) => new It(stream('x'), { status: 204 }),
  'options that are none': made('x', 5),
  'a line end in statusText': made('x', { statusText: 'a\r\nb' }),
  'a symbol as statusText': made('x', { statusText: Symbol('a') }),
  'a name with a space': made('x', { headers: { 'a b': '1' } }),
  'an empty name': made('x', { headers: { '': '1' } }),
  'a line end in a value': made('x', { headers: { a: '1\r\nb: 2' } }),
  'a value beyond bytes': made('x', { headers: { a: '€' } }),
  'a symbol as name': made('x', { headers: { [Symbol('a')]: '1' } }),
  'headers null': made('x', { headers: null }),
  'headers of text': made('x', { headers: 'a: 1' }),
  'half a pair': made('x', { headers: [['a']] }),
  'a symbol as body': made(Symbol('a')),
  'a used body': (It) => {
    const used = stream('x');
    used.getReader();
    return new It(used);
  },
  'a disturbed body': (It) => {
    const used = stream('x');
    void used.cancel();
    return new It(used);
  },
  'json of nothing': (It) => It.json(undefined),
  'json of a circle': (It) => {
    const circle: unknown[] = [];
    circle.push(circle);
    return It.json(circle);
  },
  'json without arguments': (It) => (It.json as () => Response)(),
  'json with options null': (It) => It.json('x', null as never),
  'json with 204': (It) => It.json('x', { status: 204 }),
  'redirect to nowhere': (It) => It.redirect('/relative', 302),
  'redirect with 200': (It) => It.redirect('http://localhost/', 200 as 301),
};

for (const [name, make] of Object.entries(GOOD)) {
  test(`a light Response is as the real one: ${name}`, async () => {
    const reading = async (It: typeof Response, read: (it: Response) => unknown): Promise<unknown> => {
      const response = make(It);
      const answer = await laterAnswerOf(() => read(response));
      return [answer, lookOf(response)];
    };
    assert.deepEqual(lookOf(make(Light)), lookOf(make(real.Response)));
    for (const [way, read] of Object.entries(READINGS)) {
      if (way === 'bytes' && !('bytes' in real.Response.prototype)) continue;
      assert.deepEqual(await reading(Light, read), await reading(real.Response, read), way);
    }
  });
}

for (const [name, make] of Object.entries(BAD)) {
  test(`a light Response fails as the real one, at once: ${name}`, () => {
    const expected = answerOf(() => make(real.Response));
    assert.ok(!(expected instanceof real.Response));
    assert.deepEqual(
      answerOf(() => make(Light)),
      expected,
    );
  });
}

test('a form as a body has the type of a form', async () => {
  const response = new Light(form);
  assert.match(response.headers.get('content-type') ?? '', /^multipart\/form-data; boundary=/);
  assert.deepEqual([...(await response.formData())], [['a', 'ä']]);
});

test('bytes are taken as they are when the Response is made', async () => {
  const bytes = new Uint8Array([65, 66]);
  const response = new Light(bytes);
  bytes[0] = 90;
  assert.equal(await response.text(), 'AB');
});

test('headers are taken as they are when the Response is made', () => {
  const given = { a: '1' };
  const response = new Light('x', { headers: given });
  given.a = '2';
  const other = new Light('x', response);
  response.headers.set('a', '3');
  assert.deepEqual([response.headers.get('a'), other.headers.get('a')], ['3', '1']);
});

test('either kind is an instance of either class', () => {
  class Mine extends Light {}
  const [light, own, mine] = [new Light('x'), new real.Response('x'), new Mine('x')];
  for (const response of [light, own, mine, Light.error(), Light.redirect('http://localhost/', 302)]) {
    assert.ok(response instanceof Light && response instanceof real.Response);
  }
  assert.deepEqual(
    [light, own, mine].map((it) => it instanceof Mine),
    [false, false, true],
  );
  assert.ok(!({} instanceof Light) && !((null as unknown) instanceof Light));
  assert.equal(Light.prototype.constructor, Light);
  assert.equal(Light.name, 'Response');
  assert.equal(Light.length, real.Response.length);
});

test('what is changed in the headers after a look at the body counts', async () => {
  const response = new Light('x', { headers: { a: '1' } });
  const { headers } = response;
  assert.ok(response.body !== null);
  headers.set('b', '2');
  headers.set('content-type', 'text/x');
  assert.equal(response.headers, headers);
  const copy = response.clone();
  assert.deepEqual([copy.headers.get('a'), copy.headers.get('b')], ['1', '2']);
  assert.equal((await response.blob()).type, 'text/x');
});

test('the names on the prototype are those of the real one, and as visible', () => {
  const namesOf = (prototype: object): [string, boolean][] =>
    Object.entries(Object.getOwnPropertyDescriptors(prototype))
      .filter(([name]) => name !== 'constructor')
      .map(([name, { enumerable = false }]): [string, boolean] => [name, enumerable])
      .toSorted(([one], [other]) => one.localeCompare(other));
  assert.deepEqual(namesOf(Light.prototype), namesOf(real.Response.prototype));
});

test('it is printed as a Response', () => {
  assert.match(
    inspect(new Light('x', { status: 201 })),
    /^Response \{[^]*status: 201[^]*'?content-type'?: 'text\/plain/i,
  );
});

test('it must be called with new', () => {
  assert.throws(() => (Light as unknown as () => void)(), TypeError);
});

test('WebAssembly takes one', async () => {
  const bytes = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);
  const response = new Light(bytes, { headers: { 'content-type': 'application/wasm' } });
  const { WebAssembly: wasm } = globalThis as unknown as {
    WebAssembly: { compileStreaming(source: unknown): Promise<object> };
  };
  assert.equal(
    Object.prototype.toString.call(await wasm.compileStreaming(response)),
    '[object WebAssembly.Module]',
  );
});
