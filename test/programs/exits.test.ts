// How a program ends when there is nobody left to raise something in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entry, runProgram } from '../support/program.ts';

test('a SystemExit that main cannot raise any more sets the exit code', async () => {
  const { code } = await runProgram(`
    import { spawn } from '${entry()}';
    import { SystemExit } from '${entry('exceptions')}';
    spawn(() => { throw new SystemExit(3); });
  `);
  assert.equal(code, 3);
});

test('LoopExit goes through a shield, once', async () => {
  const { code, stdout } = await runProgram(`
    import { shield } from '${entry()}';
    import { Event } from '${entry('event')}';
    async function main() {
      try { await shield(() => new Event().wait()); } catch (error) { console.log(error.name); }
    }
    void main();
  `);
  assert.deepEqual([code, stdout.trim()], [0, 'LoopExit']);
});
