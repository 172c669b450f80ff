/** Greenlets that run beside a block, and end with it. */

/** @internal One greenlet, or several. */
export interface Beside {
  join(): Promise<unknown>;
  kill(): Promise<unknown>;
}

/** @internal Waits for its end; whoever is interrupted meanwhile kills it. */
export async function joinOrKill(beside: Beside): Promise<void> {
  try {
    await beside.join();
  } catch (error) {
    await beside.kill();
    throw error;
  }
}

/** @internal Runs `fn` on it; waits for its end when `fn` is through, and kills it when that or `fn` fails. */
export async function runBeside<B extends Beside, R>(
  beside: B,
  fn: (beside: B) => R | Promise<R>,
): Promise<R> {
  try {
    const result = await fn(beside);
    await beside.join();
    return result;
  } catch (error) {
    await beside.kill();
    throw error;
  }
}
