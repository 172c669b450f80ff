import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entry, runProgram } from '../support/program.ts';

test('a wait of main that nothing can end is a LoopExit that says who waits for what, and exit code 1', async () => {
  const { code, stderr } = await runProgram(`
    import { spawn } from '${entry()}';
    import { Event } from '${entry('event')}';
    const event = new Event();
    const worker = spawn(async function work() { await event.wait(); });
    worker.name = 'worker';
    await worker.get();
  `);
  assert.equal(code, 1);
  assert.match(stderr, /LoopExit: This operation would block forever/);
  assert.match(stderr, /<MainGreenlet "main"[^\n]* waits in the end of <Greenlet "worker": work\(\)>/);
  assert.match(stderr, /<Greenlet "worker": work\(\)> waits in [^\n]*<Event clear>[^\n]*, spawned at .*eval/);
});

test('a LoopExit that main catches lets the program go on, and end with 0', async () => {
  const { code, stdout, stderr } = await runProgram(`
    import { Greenlet, sleep } from '${entry()}';
    import { LoopExit } from '${entry('exceptions')}';
    try { await new Greenlet(() => {}).join(); } catch (error) {
      console.log(error instanceof LoopExit, error.code, error.handles.length, error.hub !== undefined);
    }
    await sleep(0.01);
    console.log('went on');
  `);
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(stdout, 'true GEVENT_LOOP_EXIT 1 true\nwent on\n');
});

test('greenlets that wait for ever do not keep a program alive whose main has ended', async () => {
  const { code, stdout, stderr } = await runProgram(`
    import { spawn, sleep } from '${entry()}';
    import { Event } from '${entry('event')}';
    spawn(() => new Event().wait());
    await sleep(0);
    console.log('end');
  `);
  assert.deepEqual([code, stdout, stderr], [0, 'end\n', '']);
});

test('wait() comes back when the loop has nothing left', async () => {
  const { code, stdout } = await runProgram(`
    import { spawn, sleep, wait } from '${entry()}';
    spawn(async () => { await sleep(0.02); console.log('slept'); });
    console.log(await wait());
    console.log(await wait());
    spawn(() => sleep(60));
    console.log(await wait(undefined, { timeout: 0.01 }));
    process.exit(0);
  `);
  assert.deepEqual([code, stdout], [0, 'slept\ntrue\ntrue\nfalse\n']);
});

test('a sleeper without ref does not keep the process alive, one with it does', async () => {
  const run = (options: string): Promise<{ stdout: string }> =>
    runProgram(`
      import { spawn, sleep, wait } from '${entry()}';
      async function main() {
        spawn(async () => { await sleep(0.05${options}); console.log('woke'); });
        await wait();
        console.log('end');
      }
      main();
    `);
  assert.equal((await run('')).stdout, 'woke\nend\n');
  assert.equal((await run(', { ref: false }')).stdout, 'end\n');
});

test('a Timeout that is cancelled does not keep the process alive', async () => {
  const begun = performance.now();
  const { code } = await runProgram(`
    import { Timeout } from '${entry()}';
    const timeout = Timeout.startNew(60);
    timeout.cancel();
  `);
  assert.equal(code, 0);
  assert.ok(performance.now() - begun < 20_000);
});
