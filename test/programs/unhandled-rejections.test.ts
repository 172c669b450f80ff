// Unhandled rejections under each `--unhandled-rejections` of Node, with and without a listener of the program's own.
// What a killed greenlet leaves behind is silent; all else is as in a program without the library.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entry, runProgram } from '../support/program.ts';

const MODES = ['throw', 'strict', 'warn', 'warn-with-error-code', 'none'];
const LISTENERS: Readonly<Record<string, string>> = {
  'no listener': '',
  'a listener of its own':
    "process.on('unhandledRejection', (reason) => console.log('heard', String(reason)));",
  'a handler of uncaught errors':
    "process.on('uncaughtException', (error, origin) => console.log('caught', String(error), origin));",
};

/** A program that uses the library, and one that does not, with the same text on the same lines. */
const KILLED = `
const floating = async () => { try { await sleep(60); } finally { console.log('finally'); } };
const g = spawn(async () => { void floating(); void sleep(60); void sleep(60).then(() => {}); await sleep(60); });
await sleep(0.01);
await g.kill();
await new Promise((resolve) => setTimeout(resolve, 20));
console.log('end');
`;

const REJECTIONS: Readonly<Record<string, string>> = {
  'an error': "void Promise.reject(new Error('boom'));",
  'a value that is no error': 'void Promise.reject(5);',
  'an async function that nobody awaits':
    "const f = async () => { await null; throw new TypeError('late'); }; void f();",
  'two of them': "void Promise.reject(new Error('one')); void Promise.reject(new Error('two'));",
};

/** What differs from process to process. */
function comparable(text: string): string {
  return text.replace(/\(node:\d+\)/g, '(node:PID)');
}

for (const mode of MODES) {
  const flags = [`--unhandled-rejections=${mode}`];
  for (const [who, listener] of Object.entries(LISTENERS)) {
    test(`--unhandled-rejections=${mode}, ${who}: a killed greenlet's floating call is silent`, async () => {
      const text = `import { sleep, spawn } from '${entry()}';\n${listener}${KILLED}`;
      assert.deepEqual(await runProgram(text, { flags }), { code: 0, stdout: 'finally\nend\n', stderr: '' });
    });

    for (const [what, rejection] of Object.entries(REJECTIONS)) {
      test(`--unhandled-rejections=${mode}, ${who}: ${what} is as without the library`, async () => {
        const body = `\n${listener}\n${rejection}\nawait new Promise((resolve) => setTimeout(resolve, 20));\nconsole.log('end');\n`;
        const [ours, plain] = await Promise.all([
          runProgram(`import '${entry()}';${body}`, { flags }),
          runProgram(`import 'node:timers';${body}`, { flags }),
        ]);
        assert.equal(comparable(ours.stderr), comparable(plain.stderr));
        assert.deepEqual([ours.code, ours.stdout], [plain.code, plain.stdout]);
      });
    }
  }
}
