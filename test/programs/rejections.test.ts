// Unhandled rejections in a program that is started without any option.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entry, runProgram } from '../support/program.ts';

for (const [what, call] of Object.entries({
  'a floating wait': 'sleep(60)',
  'a floating call': 'floating()',
})) {
  test(`${what} of a killed greenlet is silent`, async () => {
    const ended = await runProgram(`
      import { sleep, spawn } from '${entry()}';
      const floating = async () => { try { await sleep(60); } finally { console.log('finally'); } };
      const g = spawn(async () => { void ${call}; await sleep(60); });
      await sleep(0.01);
      await g.kill();
      await new Promise((resolve) => setTimeout(resolve, 20));
      console.log('end');
    `);
    const stdout = call === 'floating()' ? 'finally\nend\n' : 'end\n';
    assert.deepEqual(ended, { code: 0, stdout, stderr: '' });
  });
}

test('an ordinary rejection inside a greenlet is reported as anywhere', async () => {
  const text = (start: string): string =>
    `import { spawn } from '${entry()}';\nconst run = ${start};\nrun(() => { void Promise.reject(new Error('boom')); });\n`;
  const [ours, plain] = await Promise.all([
    runProgram(text('spawn')),
    runProgram(text('(f) => queueMicrotask(f)')),
  ]);
  assert.equal(ours.code, 1);
  assert.equal(plain.code, 1);
  assert.match(ours.stderr, /error: boom/i);
});

test('an error that a floating call raises itself while it is killed is reported', async () => {
  const { code, stderr } = await runProgram(`
    import { sleep, spawn } from '${entry()}';
    const floating = async () => { try { await sleep(60); } finally { throw new Error('in finally'); } };
    const g = spawn(async () => { void floating(); await sleep(60); });
    await sleep(0.01);
    await g.kill();
    await sleep(0.01);
  `);
  assert.equal(code, 1);
  assert.match(stderr, /in finally/);
});
