/**
 * A program with a back door: a console into the running process, for whoever can reach its port on this machine.
 *
 * Run it:
 *   npm run example -- backdoor [PORT]
 *   nc 127.0.0.1 5001
 *
 * You will see a banner and a prompt. Try `jobs`, `await sleep(1)`, `greenlets()`, `tree()`, and `kill(id)` with an
 * id from the list: a worker that was killed stops counting. `quit()` ends your session and nothing else.
 */
import { sleep, spawn } from 'gevent-ts';
import { BackdoorServer } from 'gevent-ts/backdoor';
import { stopOnSignal } from './support/stop-on-signal.ts';

const port = Number(process.argv[2] ?? 5001);

/** What the program is busy with, to be looked at from outside. */
const jobs = { done: 0 };

async function work(): Promise<void> {
  for (;;) {
    await sleep(0.5);
    jobs.done += 1;
  }
}

const workers = [spawn(work), spawn(work), spawn(work)];
const server = new BackdoorServer(['127.0.0.1', port], {
  banner: `${workers.length} workers are at it. Look at jobs.`,
  locals: { jobs, sleep, workers },
});
await server.start();
console.log(`Backdoor on 127.0.0.1:${server.serverPort}`);
stopOnSignal(server);
await server.serveForever();
for (const worker of workers) await worker.kill();
