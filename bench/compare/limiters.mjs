/** Libraries that limit how many calls run at a time: p-map, p-limit, p-queue, async-sema. */
/* oxlint-disable typescript/await-thenable -- a bare await is the cheapest switch there is */
const addOne = async (x) => x + 1;
const numbers = (n) => Array.from({ length: n }, (_, i) => i);
const total = (results) => results.reduce((sum, x) => sum + x, 0);

export const pMap = {
  async 'pool-map'(ops) {
    const { default: map } = await import('p-map');
    return total(await map(numbers(ops), addOne, { concurrency: 100 }));
  },
};

export const pLimit = {
  async 'pool-map'(ops) {
    const { default: limiter } = await import('p-limit');
    const limit = limiter(100);
    return total(await Promise.all(numbers(ops).map((x) => limit(addOne, x))));
  },
};

export const pQueue = {
  async 'pool-map'(ops) {
    const { default: PQueue } = await import('p-queue');
    const queue = new PQueue({ concurrency: 100 });
    return total(await queue.addAll(numbers(ops).map((x) => () => addOne(x))));
  },
};

async function semaphore(permits) {
  const { Sema } = await import('async-sema');
  return new Sema(permits);
}

export const asyncSema = {
  async 'semaphore-free'(ops) {
    const sema = await semaphore(1);
    let done = 0;
    for (; done < ops; done++) {
      await sema.acquire();
      sema.release();
    }
    return done;
  },
  async 'semaphore-contended'(ops) {
    const sema = await semaphore(1);
    let done = 0;
    const holder = async () => {
      for (let i = 0; i < ops / 100; i++) {
        await sema.acquire();
        await undefined;
        done++;
        sema.release();
      }
    };
    await Promise.all(Array.from({ length: 100 }, holder));
    return done;
  },
};
