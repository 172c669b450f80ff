import assert from 'node:assert/strict';
import { test } from 'node:test';
import { config, settings } from '../../src/base/config.ts';
import { describeValue, errorName, errorText, formatCall, formatSeconds } from '../../src/base/format.ts';
import { GreenletExit } from '../../src/base/errors.ts';
import { entry, runProgram } from '../support/program.ts';

test('settings have defaults, take values of their kind, and refuse others', () => {
  assert.deepEqual([config.trackGreenletTree, config.spawnSites], [true, 'sampled']);
  config.spawnSites = 'never';
  assert.equal(config.spawnSites, 'never');
  config.spawnSites = 'sampled';
  assert.throws(() => (config.spawnSites = 'often' as never), TypeError);
  assert.throws(() => (config.trackGreenletTree = 1 as never), TypeError);
  assert.throws(() => (config.formatContext = 'x' as never), TypeError);
  assert.ok(Object.values(settings).every(({ about }) => about.length > 10));
});

test('a setting is read from its environment variable', async () => {
  const text = `import { config } from '${entry()}'; console.log(config.spawnSites, config.trackGreenletTree);`;
  const read = async (sites: string, tree: string): Promise<string> =>
    (await runProgram(text, { env: { GEVENT_SPAWN_SITES: sites, GEVENT_TRACK_GREENLET_TREE: tree } })).stdout;
  assert.equal(await read('always', 'off'), 'always false\n');
  assert.equal(await read(' never ', '1'), 'never true\n');
});

test('an environment variable that makes no sense is named in the error', async () => {
  const { code, stderr } = await runProgram(`import { spawn } from '${entry()}'; spawn(() => {});`, {
    env: { GEVENT_SPAWN_SITES: 'sometimes' },
  });
  assert.equal(code, 1);
  assert.match(stderr, /GEVENT_SPAWN_SITES: cannot make sense of "sometimes"/);
});

test('values and calls are formatted short, in one line', () => {
  assert.equal(formatSeconds(1), '1 second');
  assert.equal(formatSeconds(0.5), '0.5 seconds');
  assert.equal(formatCall('worker', ['a', 1, undefined]), "worker('a', 1, undefined)");
  assert.equal(
    describeValue(() => {}),
    'function (anonymous)',
  );
  assert.equal(describeValue(describeValue), 'function describeValue');
  const long = describeValue('x'.repeat(1000));
  assert.ok(long.length <= 60 && !long.includes('\n'));
  assert.ok(!describeValue({ a: 'x\ny', b: { c: 1 } }).includes('\n'));
});

test('errors are formatted by their own name and stack', () => {
  class Custom extends Error {}
  assert.equal(errorName(new Custom('x')), 'Custom');
  assert.equal(errorName(new TypeError('x')), 'TypeError');
  assert.equal(errorName(new GreenletExit()), 'GreenletExit');
  assert.equal(errorName('text'), 'string');
  assert.match(errorText(new Custom('x')), /x\n +at /);
  assert.match(errorText({ a: 1 }), /a: 1/);
});
