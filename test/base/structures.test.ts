// Ring and heap against plain arrays, on random sequences of operations.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Heap, type HeapItem } from '../../src/base/heap.ts';
import { Ring } from '../../src/base/ring.ts';

interface Item extends HeapItem {
  readonly key: number;
}

test('Ring behaves as an array under push, shift, removeAt and clear', () => {
  const operation = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ kind: fc.constant('push' as const), count: fc.integer({ min: 1, max: 90 }) }),
    },
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('shift' as const), count: fc.integer({ min: 1, max: 90 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('removeAt' as const),
        count: fc.integer({ min: -1, max: 200 }),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('clear' as const), count: fc.constant(1) }) },
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 60 }), (operations) => {
      const ring = new Ring<number>();
      let model: number[] = [];
      let next = 0;
      for (const { kind, count } of operations) {
        if (kind === 'clear') {
          ring.clear();
          model = [];
        } else if (kind === 'removeAt') {
          assert.equal(ring.removeAt(count), count < 0 ? undefined : model.splice(count, 1)[0]);
        } else {
          for (let index = 0; index < count; index += 1) {
            if (kind === 'shift') {
              assert.equal(ring.shift(), model.shift());
            } else {
              ring.push(next);
              model.push(next);
              next += 1;
            }
          }
        }
        assert.equal(ring.length, model.length);
        assert.equal(ring.peek(), model[0]);
      }
      assert.deepEqual(ring.toArray(), model);
    }),
  );
});

test('Ring keeps its order through growth past its large capacity and down again', () => {
  const ring = new Ring<number>();
  for (let index = 0; index < 100_000; index += 1) ring.push(index);
  for (let index = 0; index < 100_000; index += 1) assert.equal(ring.shift(), index);
  assert.equal(ring.shift(), undefined);
  ring.push(1);
  assert.deepEqual(ring.toArray(), [1]);
});

test('Heap gives its items in order, and any item can be removed', () => {
  const operation = fc.oneof(
    fc.record({ kind: fc.constant('push' as const), value: fc.integer({ min: 0, max: 50 }) }),
    fc.record({ kind: fc.constant('pop' as const), value: fc.constant(0) }),
    fc.record({ kind: fc.constant('remove' as const), value: fc.nat(1000) }),
  );
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 300 }), (operations) => {
      const heap = new Heap<Item>((a, b) => a.key < b.key);
      const model: Item[] = [];
      for (const { kind, value } of operations) {
        if (kind === 'push') {
          const item = { key: value, heapIndex: -1 };
          heap.push(item);
          model.push(item);
        } else if (model.length > 0) {
          const item = kind === 'pop' ? heap.pop() : model[value % model.length];
          assert.ok(item);
          if (kind === 'pop') assert.equal(item.key, Math.min(...model.map((each) => each.key)));
          else heap.remove(item);
          heap.remove(item);
          assert.equal(item.heapIndex, -1);
          model.splice(model.indexOf(item), 1);
        }
        assert.equal(heap.size, model.length);
        assert.deepEqual(new Set(heap.values()), new Set(model));
        heap.values().forEach((item, index) => assert.equal(item.heapIndex, index));
      }
      const order: number[] = [];
      for (let item = heap.pop(); item !== undefined; item = heap.pop()) order.push(item.key);
      assert.deepEqual(
        order,
        model.map((item) => item.key).sort((a, b) => a - b),
      );
    }),
  );
});
