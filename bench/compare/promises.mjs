/** Small meeting points made of bare promises, for the peers that have none of their own. */

/** A promise with its resolver beside it. */
function deferred() {
  let resolve;
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** One value at a time: `get()` waits for the next `put()`. */
export function rendezvous() {
  let pending = deferred();
  return {
    put: (value) => pending.resolve(value),
    async get() {
      const value = await pending.promise;
      pending = deferred();
      return value;
    },
  };
}

/** A promise for many waiters, opened once. */
export function gate() {
  const { promise, resolve } = deferred();
  return { opened: promise, open: resolve };
}

/** `zero` resolves at the n-th `hit()`. */
export function countdown(n) {
  const { promise, resolve } = deferred();
  let left = n;
  return {
    zero: promise,
    hit() {
      if (--left === 0) resolve();
    },
  };
}
