/** The same work as tasks of Effection. */
import { all, createQueue, run, spawn, withResolvers } from 'effection';

/** A bench from a generator function: it runs as one root task. */
const program = (body) => (ops) => run(() => body(ops));

function* noop() {}

export const benches = {
  'spawn-join': program(function* (ops) {
    let done = 0;
    for (; done < ops; done++) yield* yield* spawn(noop);
    return done;
  }),

  'queue-ready': program(function* (ops) {
    const queue = createQueue();
    let sum = 0;
    for (let i = 0; i < ops; i++) {
      queue.add(i);
      const { value } = yield* queue.next();
      sum += value;
    }
    return sum;
  }),

  'queue-handoff': program(function* (ops) {
    const there = createQueue();
    const back = createQueue();
    let sum = 0;
    const echo = yield* spawn(function* () {
      for (let i = 0; i < ops / 2; i++) {
        const { value } = yield* there.next();
        sum += value;
        back.add(value + 1);
      }
    });
    for (let i = 0; i < ops; i += 2) {
      there.add(i);
      const { value } = yield* back.next();
      sum += value;
    }
    yield* echo;
    return sum;
  }),

  'event-broadcast': program(function* (ops) {
    const rounds = ops / 1000;
    const gates = Array.from({ length: rounds }, () => withResolvers());
    const finished = Array.from({ length: rounds }, () => withResolvers());
    const left = Array.from({ length: rounds }, () => 1000);
    let woken = 0;
    const waiters = [];
    for (let i = 0; i < 1000; i++) {
      const waiter = yield* spawn(function* () {
        for (let round = 0; round < rounds; round++) {
          yield* gates[round].operation;
          woken++;
          if (--left[round] === 0) finished[round].resolve();
        }
      });
      waiters.push(waiter);
    }
    for (let round = 0; round < rounds; round++) {
      gates[round].resolve();
      yield* finished[round].operation;
    }
    yield* all(waiters);
    return woken;
  }),
};
