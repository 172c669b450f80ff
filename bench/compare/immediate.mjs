/** A turn of the event loop by `setImmediate`: what a switch costs without a scheduler of one's own. */
import { setImmediate as turn } from 'node:timers/promises';

async function turns(ops) {
  let done = 0;
  const flow = async () => {
    for (let i = 0; i < ops / 2; i++) {
      await turn();
      done++;
    }
  };
  await Promise.all([flow(), flow()]);
  return done;
}

export const benches = { switch: turns };
