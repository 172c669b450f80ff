import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entry, runProgram } from '../support/program.ts';

test('an uncaught error of a greenlet is printed once in the documented form, and the process goes on', async () => {
  const { code, stdout, stderr } = await runProgram(`
    import { spawn, sleep } from '${entry()}';
    const work = async (what) => { await sleep(0); throw new TypeError('bad ' + what); };
    const g = spawn(work, 'luck');
    g.name = 'worker';
    const other = spawn(async () => { await sleep(0.01); console.log('other'); });
    await other.join();
    try { await g.get(); } catch (error) { console.log(error.message); }
    console.log('end');
  `);
  assert.deepEqual([code, stdout], [0, 'other\nbad luck\nend\n']);
  assert.match(
    stderr,
    /^TypeError: bad luck\n(?: {4}at .*\n)*\d{4}-\d\d-\d\dT[\d:.]+Z <Greenlet "worker": work\('luck'\)> failed with TypeError\n\n$/,
  );
});

test('a greenlet that is killed prints nothing', async () => {
  const { code, stderr } = await runProgram(`
    import { spawn, sleep } from '${entry()}';
    const g = spawn(() => sleep(60));
    await sleep(0);
    await g.kill();
  `);
  assert.deepEqual([code, stderr], [0, '']);
});

test('an error in a hub callback is printed, and the loop lives', async () => {
  const { code, stdout, stderr } = await runProgram(`
    import { getHub, sleep } from '${entry()}';
    getHub().runCallback(function callback() { throw new RangeError('boom'); });
    await sleep(0.01);
    console.log('alive');
  `);
  assert.deepEqual([code, stdout], [0, 'alive\n']);
  assert.match(stderr, /RangeError: boom[^]*<callback callback> failed with RangeError\n\n$/);
});

test('a handler that itself raises does not stop the loop', async () => {
  const { code, stdout, stderr } = await runProgram(`
    import { getHub, sleep, spawn } from '${entry()}';
    getHub().handleError = () => { throw new Error('handler'); };
    spawn(() => { throw new Error('original'); });
    await sleep(0.01);
    console.log('alive');
  `);
  assert.deepEqual([code, stdout], [0, 'alive\n']);
  assert.match(stderr, /handler[^]*original/);
});

test('system errors reach main: SystemExit is not printed, KeyboardInterrupt ends the program', async () => {
  const run = (name: string): Promise<{ code: number | null; stdout: string; stderr: string }> =>
    runProgram(`
      import { sleep, spawn } from '${entry()}';
      import { ${name} } from '${entry('exceptions')}';
      spawn(() => { throw new ${name}(); });
      try { await sleep(60); } catch (error) { console.log(error instanceof ${name}); }
    `);
  const exit = await run('SystemExit');
  assert.deepEqual([exit.code, exit.stdout, exit.stderr], [0, 'true\n', '']);
  assert.equal((await run('KeyboardInterrupt')).stdout, 'true\n');
});
