// The end of the loop in a program whose main is a function that nobody awaits. Bun and Deno know nothing of it while
// a top-level await is pending; in this form it comes on every runtime.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entry, runProgram } from '../support/program.ts';

test('main() without await: a wait that nothing can end is a LoopExit, and exit code 1', async () => {
  const { code, stderr } = await runProgram(`
    import { spawn } from '${entry()}';
    import { Event } from '${entry('event')}';
    async function main() {
      const event = new Event();
      const worker = spawn(async function work() { await event.wait(); });
      worker.name = 'worker';
      await worker.get();
    }
    main();
  `);
  assert.equal(code, 1);
  assert.match(stderr, /LoopExit: This operation would block forever/);
  assert.match(stderr, /<MainGreenlet "main"[^\n]* waits in the end of <Greenlet "worker": work\(\)>/);
  assert.match(
    stderr,
    /<Greenlet "worker": work\(\)> waits in [^\n]*<Event clear>[^\n]*, spawned at main .*eval/,
  );
});

test('main() without await: a LoopExit that main catches lets the program go on, and end with 0', async () => {
  const { code, stdout, stderr } = await runProgram(`
    import { Greenlet, sleep } from '${entry()}';
    import { LoopExit } from '${entry('exceptions')}';
    async function main() {
      try { await new Greenlet(() => {}).join(); } catch (error) { console.log(error instanceof LoopExit); }
      await sleep(0.01);
      console.log('went on');
    }
    main();
  `);
  assert.deepEqual([code, stdout, stderr], [0, 'true\nwent on\n', '']);
});

test('main() without await: wait() comes back when the loop has nothing left', async () => {
  const { code, stdout } = await runProgram(`
    import { spawn, sleep, wait } from '${entry()}';
    async function main() {
      spawn(async () => { await sleep(0.02); console.log('slept'); });
      console.log(await wait(), await wait());
    }
    main();
  `);
  assert.deepEqual([code, stdout], [0, 'slept\ntrue true\n']);
});
