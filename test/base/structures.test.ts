// Ring and heap against plain arrays, on random sequences of operations.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Heap, type HeapItem } from '../../src/base/heap.ts';
import { Ring } from '../../src/base/ring.ts';
import { SiteBudget } from '../../src/core/call-site.ts';
import { giveBackIdent, takeIdent } from '../../src/core/ident.ts';
import { WaitList, WaitNode } from '../../src/core/wait-list.ts';

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

test('idents are the lowest that are free, and cost little however many are free', () => {
  const count = 20_000;
  const first = takeIdent();
  const taken = Array.from({ length: count }, () => takeIdent());
  assert.deepEqual(
    taken,
    Array.from({ length: count }, (_, index) => first + 1 + index),
  );
  for (let index = count - 1; index >= 0; index -= 2) giveBackIdent(taken[index] as number);
  const before = performance.now();
  // Sorting the free ones at each of these took minutes.
  for (let index = 1; index < count; index += 2) {
    const ident = takeIdent();
    assert.equal(ident, taken[index]);
    giveBackIdent(ident);
    assert.equal(takeIdent(), ident);
  }
  assert.ok(performance.now() - before < 2000);
  assert.equal(takeIdent(), first + count + 1);
  for (let ident = first; ident <= first + count + 1; ident += 1) giveBackIdent(ident);
  assert.equal(takeIdent(), first);
  giveBackIdent(first);
});

class Node extends WaitNode {}

test('a WaitList keeps the order of tickets, whoever leaves and comes back', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 60 }), (moves) => {
      const list = new WaitList('test()');
      const nodes = Array.from({ length: 10 }, () => new Node());
      for (const node of nodes) list.add(node);
      for (const index of moves) {
        const node = nodes[index] as Node;
        if (node.list === undefined) list.add(node);
        else list.remove(node);
        const expected = nodes.filter((each) => each.list !== undefined);
        assert.deepEqual([...list], expected);
        assert.deepEqual([list.first, list.last, list.size], [expected[0], expected.at(-1), expected.length]);
      }
    }),
  );
});

test('whoever was first in a WaitList goes back there without a walk', () => {
  const list = new WaitList('test()');
  const nodes = Array.from({ length: 1000 }, () => new Node());
  for (const node of nodes) list.add(node);
  const [first] = nodes;
  assert.ok(first !== undefined);
  list.remove(first);
  let steps = 0;
  for (const node of nodes.slice(2)) {
    const { previous } = node;
    Object.defineProperty(node, 'previous', {
      get: () => {
        steps += 1;
        return previous;
      },
    });
  }
  list.add(first);
  assert.ok(steps < 5, `${steps} steps`);
  assert.equal(list.first, first);
});

test('a SiteBudget gives 64 places a second, and no more', () => {
  let now = 5_000_000;
  let looks = 0;
  const budget = new SiteBudget(() => {
    looks += 1;
    return now;
  });
  const takeOf = (count: number): number =>
    Array.from({ length: count }, () => budget.take()).filter(Boolean).length;
  assert.equal(takeOf(1000), 64);
  now += 999;
  assert.equal(takeOf(1000), 0);
  now += 1;
  assert.equal(takeOf(1000), 64);
  // Not two windows' worth at once, though nothing was asked for in a long time.
  now += 60_000;
  assert.equal(takeOf(1000), 64);
  looks = 0;
  takeOf(100_000);
  assert.ok(looks < 100_000 / 200, `${looks} looks at the clock`);
  now += 1000;
  assert.equal(takeOf(512), 64);
  // Where few were skipped, a few spawns after a pause are enough to be seen again.
  now += 1000;
  while (!budget.take());
  assert.equal(takeOf(70), 63);
  now += 1000;
  assert.ok(takeOf(10) >= 8);
  // Ten a second all have their place.
  let given = 0;
  for (let spawns = 0; spawns < 600; spawns += 1) {
    now += 100;
    given += takeOf(1);
  }
  assert.ok(given >= 590, `${given} of 600`);
});
