/** The floor: the same work with nothing but promises and timers. */
/* oxlint-disable typescript/await-thenable -- a bare await is what is measured */
import { countdown, gate, rendezvous } from './promises.mjs';

const noop = async () => {};

async function awaitLoop(ops) {
  let done = 0;
  for (; done < ops; done++) await undefined;
  return done;
}

async function queueLoop(ops) {
  let sum = 0;
  for (let i = 0; i < ops; i++) {
    await undefined;
    sum += i;
  }
  return sum;
}

async function joinOneByOne(ops) {
  let done = 0;
  for (; done < ops; done++) await noop();
  return done;
}

async function joinByThousands(ops) {
  let done = 0;
  while (done < ops) {
    const batch = [];
    for (let i = 0; i < 1000; i++) batch.push(noop());
    done += (await Promise.all(batch)).length;
  }
  return done;
}

/** Two flows, each waiting for the value of the other. */
async function pingPong(ops) {
  const there = rendezvous();
  const back = rendezvous();
  let sum = 0;
  const echo = async () => {
    for (let i = 0; i < ops / 2; i++) {
      const value = await there.get();
      sum += value;
      back.put(value + 1);
    }
  };
  const echoing = echo();
  for (let i = 0; i < ops; i += 2) {
    there.put(i);
    const value = await back.get();
    sum += value;
  }
  await echoing;
  return sum;
}

/** A sender that goes on only after the receiver took its value. */
async function sendAndReceive(ops) {
  const values = rendezvous();
  const receipts = rendezvous();
  let sum = 0;
  const receive = async () => {
    for (let i = 0; i < ops; i++) {
      const value = await values.get();
      sum += value;
      receipts.put(undefined);
    }
  };
  const receiving = receive();
  for (let i = 0; i < ops; i++) {
    values.put(i);
    await receipts.get();
  }
  await receiving;
  return sum;
}

async function broadcast(ops) {
  const rounds = ops / 1000;
  let woken = 0;
  const gates = Array.from({ length: rounds }, gate);
  const finished = Array.from({ length: rounds }, () => countdown(1000));
  const waiter = async () => {
    for (let round = 0; round < rounds; round++) {
      await gates[round].opened;
      woken++;
      finished[round].hit();
    }
  };
  const waiters = Array.from({ length: 1000 }, waiter);
  for (let round = 0; round < rounds; round++) {
    gates[round].open();
    await finished[round].zero;
  }
  await Promise.all(waiters);
  return woken;
}

async function mapWithWorkers(ops) {
  const results = [];
  const addOne = async (x) => x + 1;
  let next = 0;
  const worker = async () => {
    while (next < ops) {
      const index = next++;
      results[index] = await addOne(index);
    }
  };
  await Promise.all(Array.from({ length: 100 }, worker));
  return results.reduce((sum, x) => sum + x, 0);
}

async function startAndClear(ops) {
  let done = 0;
  for (; done < ops; done++) clearTimeout(setTimeout(() => {}, 5000));
  return done;
}

async function sleepers(ops) {
  let woken = 0;
  const sleeper = async (milliseconds) => {
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    woken++;
  };
  await Promise.all(Array.from({ length: ops }, (_, i) => sleeper((i / ops) * 1000)));
  return woken;
}

const parking = {
  async park(n) {
    const state = { rejecters: [], flows: [], unwound: 0 };
    const flow = async () => {
      try {
        await new Promise((_, reject) => state.rejecters.push(reject));
      } finally {
        state.unwound++;
      }
    };
    for (let i = 0; i < n; i++) state.flows.push(flow());
    return state;
  },
  async kill(state) {
    const reason = new Error('killed');
    for (const reject of state.rejecters) reject(reason);
    await Promise.allSettled(state.flows);
    return state.unwound;
  },
};

export const benches = {
  switch: awaitLoop,
  'spawn-join': joinOneByOne,
  'spawn-joinall': joinByThousands,
  'queue-ready': queueLoop,
  'queue-handoff': pingPong,
  channel: sendAndReceive,
  'event-broadcast': broadcast,
  'pool-map': mapWithWorkers,
  timeout: startAndClear,
  sleepers: sleepers,
  kill: parking,
  million: parking,
};
