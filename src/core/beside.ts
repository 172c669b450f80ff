/** Greenlets that run beside a block, and end with it. */

/** @internal One greenlet, or several. */
export interface Beside {
  join(): Promise<unknown>;
  kill(): Promise<unknown>;
}

/** @internal Runs `fn` on it; waits for its end when `fn` is through, and kills it when `fn` fails. */
export async function runBeside<B extends Beside, R>(
  beside: B,
  fn: (beside: B) => R | Promise<R>,
): Promise<R> {
  let isClean = false;
  try {
    const result = await fn(beside);
    isClean = true;
    return result;
  } finally {
    await (isClean ? beside.join() : beside.kill());
  }
}
