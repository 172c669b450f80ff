/** The same work as fibers of Effect. */
import * as Deferred from 'effect/Deferred';
import * as Effect from 'effect/Effect';
import * as Fiber from 'effect/Fiber';
import * as Queue from 'effect/Queue';
import * as Semaphore from 'effect/Semaphore';

/** A bench from a generator function: it runs as one root fiber. */
const program = (body) => (ops) => Effect.runPromise(Effect.gen(() => body(ops)));
const fork = (body) => Effect.forkChild(Effect.gen(body));

/** Forked without a turn of the scheduler before the start: Effect's fastest way. */
const forkNow = (effect) => Effect.forkChild(effect, { startImmediately: true });

/** `n` forked fibers of one effect. */
function* forkMany(n, effect) {
  const fibers = [];
  for (let i = 0; i < n; i++) fibers.push(yield* forkNow(effect));
  return fibers;
}

const parking = {
  async park(n) {
    const state = { fibers: [], unwound: 0 };
    const unwind = Effect.sync(() => void state.unwound++);
    const flow = Effect.ensuring(Effect.never, unwind);
    for (let i = 0; i < n; i++) state.fibers.push(Effect.runFork(flow));
    return state;
  },
  async kill(state) {
    await Effect.runPromise(Fiber.interruptAll(state.fibers));
    return state.unwound;
  },
};

export const benches = {
  switch: program(function* (ops) {
    let done = 0;
    const flow = function* () {
      for (let i = 0; i < ops / 2; i++) {
        yield* Effect.yieldNow;
        done++;
      }
    };
    yield* Fiber.joinAll([yield* fork(flow), yield* fork(flow)]);
    return done;
  }),

  'spawn-join': program(function* (ops) {
    let done = 0;
    for (; done < ops; done++) yield* Fiber.join(yield* forkNow(Effect.void));
    return done;
  }),

  'spawn-joinall': program(function* (ops) {
    let done = 0;
    while (done < ops) done += (yield* Fiber.joinAll(yield* forkMany(1000, Effect.void))).length;
    return done;
  }),

  'queue-ready': program(function* (ops) {
    const queue = yield* Queue.unbounded();
    let sum = 0;
    for (let i = 0; i < ops; i++) {
      yield* Queue.offer(queue, i);
      sum += yield* Queue.take(queue);
    }
    return sum;
  }),

  'queue-handoff': program(function* (ops) {
    const there = yield* Queue.unbounded();
    const back = yield* Queue.unbounded();
    let sum = 0;
    const echo = yield* fork(function* () {
      for (let i = 0; i < ops / 2; i++) {
        const value = yield* Queue.take(there);
        sum += value;
        yield* Queue.offer(back, value + 1);
      }
    });
    for (let i = 0; i < ops; i += 2) {
      yield* Queue.offer(there, i);
      const value = yield* Queue.take(back);
      sum += value;
    }
    yield* Fiber.join(echo);
    return sum;
  }),

  'queue-bounded': program(function* (ops) {
    const queue = yield* Queue.bounded(16);
    let sum = 0;
    const producer = yield* fork(function* () {
      for (let i = 0; i < ops; i++) yield* Queue.offer(queue, i);
    });
    for (let i = 0; i < ops; i++) sum += yield* Queue.take(queue);
    yield* Fiber.join(producer);
    return sum;
  }),

  'semaphore-free': program(function* (ops) {
    const semaphore = yield* Semaphore.make(1);
    let done = 0;
    for (; done < ops; done++) {
      yield* Semaphore.take(semaphore, 1);
      yield* Semaphore.release(semaphore, 1);
    }
    return done;
  }),

  'semaphore-contended': program(function* (ops) {
    const semaphore = yield* Semaphore.make(1);
    let done = 0;
    const holder = Effect.gen(function* () {
      for (let i = 0; i < ops / 100; i++) {
        yield* Semaphore.take(semaphore, 1);
        yield* Effect.yieldNow;
        done++;
        yield* Semaphore.release(semaphore, 1);
      }
    });
    yield* Fiber.joinAll(yield* forkMany(100, holder));
    return done;
  }),

  'event-broadcast': program(function* (ops) {
    const rounds = ops / 1000;
    const gates = Array.from({ length: rounds }, () => Deferred.makeUnsafe());
    const finished = Array.from({ length: rounds }, () => Deferred.makeUnsafe());
    const left = Array.from({ length: rounds }, () => 1000);
    let woken = 0;
    const waiter = Effect.gen(function* () {
      for (let round = 0; round < rounds; round++) {
        yield* Deferred.await(gates[round]);
        woken++;
        if (--left[round] === 0) yield* Deferred.succeed(finished[round], undefined);
      }
    });
    const waiters = yield* forkMany(1000, waiter);
    for (let round = 0; round < rounds; round++) {
      yield* Deferred.succeed(gates[round], undefined);
      yield* Deferred.await(finished[round]);
    }
    yield* Fiber.joinAll(waiters);
    return woken;
  }),

  'pool-map': program(function* (ops) {
    const numbers = Array.from({ length: ops }, (_, i) => i);
    const addOne = (x) => Effect.sync(() => x + 1);
    const results = yield* Effect.forEach(numbers, addOne, { concurrency: 100 });
    return results.reduce((sum, x) => sum + x, 0);
  }),

  timeout: program(function* (ops) {
    const limited = Effect.timeout(Effect.void, 5000);
    let done = 0;
    for (; done < ops; done++) yield* limited;
    return done;
  }),

  sleepers: program(function* (ops) {
    let woken = 0;
    const fibers = [];
    const sleeper = (milliseconds) =>
      Effect.andThen(
        Effect.sleep(milliseconds),
        Effect.sync(() => void woken++),
      );
    for (let i = 0; i < ops; i++) fibers.push(yield* forkNow(sleeper((i / ops) * 1000)));
    yield* Fiber.joinAll(fibers);
    return woken;
  }),

  kill: parking,
  million: parking,
};
