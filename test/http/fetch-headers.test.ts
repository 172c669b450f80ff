// Light headers do what real ones do: the same calls in the same order give the same answers and the same errors.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { LightHeaders } from '../../src/http/fetch-headers.ts';
import { answerOf, real } from './fetch-conformance.ts';

const light = (list: readonly string[]): Headers => new LightHeaders(list) as unknown as Headers;

function realOf(list: readonly string[]): Headers {
  const headers = new real.Headers();
  for (let index = 0; index < list.length; index += 2) headers.append(list[index]!, list[index + 1]!);
  return headers;
}

const names = fc.constantFrom(
  'a',
  'A',
  'b',
  'X-Long-Name',
  'x-long-name',
  'cookie',
  'Cookie',
  'set-cookie',
  'Set-Cookie',
);
const oddNames = fc.constantFrom('', 'a b', 'ä', 'a:', undefined, null, 5);
const values = fc.constantFrom('', '1', '2', 'x=1', 'a, b', 'é');
const oddValues = fc.constantFrom(' 1\t', '1\r\nb: 2', '\u0001', '€', undefined, 5, null);
const anyName = fc.oneof({ weight: 9, arbitrary: names }, oddNames);
const anyValue = fc.oneof({ weight: 9, arbitrary: values }, oddValues);
const call = fc.oneof(
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom('set', 'append'), anyName, anyValue) },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom('get', 'has', 'delete'), anyName) },
  fc.tuple(fc.constantFrom('getSetCookie')),
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom('all', 'keys', 'values', 'each')) },
);

function apply(headers: Headers, [method, ...args]: readonly unknown[]): unknown {
  return answerOf(() => {
    if (method === 'all') return [...headers];
    if (method === 'keys' || method === 'values') return [...headers[method]()];
    if (method === 'each') {
      const seen: unknown[] = [];
      headers.forEach(function (this: unknown, value, name, parent) {
        seen.push(value, name, parent === headers, this);
      }, 'this');
      return seen;
    }
    return (headers as unknown as Record<string, (...args: unknown[]) => unknown>)[method as string]!(
      ...args,
    );
  });
}

test('any calls answer the same on light headers and on real ones', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(names, values)), fc.array(call, { maxLength: 12 }), (pairs, calls) => {
      const list = pairs.flat();
      const [one, other] = [light(list), realOf(list)];
      for (const each of calls) assert.deepEqual(apply(one, each), apply(other, each), JSON.stringify(each));
      assert.deepEqual([...one], [...other]);
    }),
    { numRuns: 2000 },
  );
});

test('wrong calls fail as on real headers', () => {
  const calls: ((headers: Headers) => unknown)[] = [
    (headers) => (headers.get as () => unknown)(),
    (headers) => (headers.set as (name: string) => unknown)('a'),
    (headers) => (headers.forEach as (callback: unknown) => unknown)(5),
  ];
  for (const ask of calls) {
    const expected = answerOf(() => ask(realOf(['a', '1'])));
    assert.ok(expected !== undefined);
    assert.deepEqual((answerOf(() => ask(light(['a', '1']))) as Error).name, (expected as Error).name);
  }
});

test('the list that light headers were made of is not changed', () => {
  const list = Object.freeze(['a', '1']);
  const headers = light(list);
  headers.set('a', '2');
  headers.append('b', '3');
  headers.delete('a');
  assert.deepEqual(list, ['a', '1']);
  assert.deepEqual([...headers], [['b', '3']]);
});

test('light headers are Headers to whoever takes them', () => {
  const headers = light(['a', '1', 'Set-Cookie', 'x=1', 'set-cookie', 'y=2']);
  assert.ok(headers instanceof real.Headers);
  assert.deepEqual([...new real.Headers(headers)], [...headers]);
  assert.deepEqual([...new real.Request('http://localhost/', { headers }).headers], [...headers]);
  assert.deepEqual([...new real.Response(null, { headers }).headers], [...headers]);
  assert.equal(inspect(light(['A', '1'])), inspect(realOf(['A', '1'])));
});
