/** Passing numbers through queues and channels; the checksum is the sum of what arrived. */
import type { LoopBench } from './harness/types.ts';
import { spawn } from '../src/index.ts';
import { Channel, Queue } from '../src/queue.ts';

/** Nobody ever parks: every item is there when it is asked for. */
const ready: LoopBench = (ops) =>
  spawn(async () => {
    const queue = new Queue<number>();
    let sum = 0;
    for (let i = 0; i < ops; i++) {
      await queue.put(i);
      const item = await queue.get();
      sum += item;
    }
    return sum;
  }).get();

/** Each item wakes the greenlet on the other side, which answers with the next number. */
const handoff: LoopBench = async (ops) => {
  const there = new Queue<number>();
  const back = new Queue<number>();
  const echo = spawn(async () => {
    let sum = 0;
    for (let i = 0; i < ops / 2; i++) {
      const item = await there.get();
      sum += item;
      await back.put(item + 1);
    }
    return sum;
  });
  const caller = spawn(async () => {
    let sum = 0;
    for (let i = 0; i < ops; i += 2) {
      await there.put(i);
      const item = await back.get();
      sum += item;
    }
    return sum;
  });
  const [echoed, called] = await Promise.all([echo.get(), caller.get()]);
  return echoed + called;
};

/** A producer and a consumer at full speed. */
const through = async (queue: Pick<Queue<number>, 'put' | 'get'>, ops: number): Promise<number> => {
  const producer = spawn(async () => {
    for (let i = 0; i < ops; i++) await queue.put(i);
  });
  const consumer = spawn(async () => {
    let sum = 0;
    for (let i = 0; i < ops; i++) {
      const item = await queue.get();
      sum += item;
    }
    return sum;
  });
  await producer.get();
  return consumer.get();
};

export const benches: Readonly<Record<string, LoopBench>> = {
  'queue-ready': ready,
  'queue-handoff': handoff,
  'queue-bounded': (ops) => through(new Queue<number>(16), ops),
  channel: (ops) => through(new Channel<number>(), ops),
};
