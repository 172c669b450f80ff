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

test('the settings of name look-ups take what they can mean, and undefined for what the environment says', () => {
  assert.deepEqual(
    [
      config.resolver,
      config.resolverNameservers,
      config.resolverTimeout,
      config.aresServers,
      config.aresTimeout,
    ],
    ['thread', undefined, undefined, undefined, undefined],
  );
  assert.deepEqual(
    [config.aresTries, config.aresNdots, config.aresUdpPort, config.aresTcpPort],
    [undefined, undefined, undefined, undefined],
  );
  config.resolverNameservers = '10.0.0.1, 10.0.0.2' as never;
  assert.deepEqual(config.resolverNameservers, ['10.0.0.1', '10.0.0.2']);
  config.resolverNameservers = undefined;
  assert.equal(config.resolverNameservers, undefined);
  config.resolverTimeout = 0.5;
  assert.equal(config.resolverTimeout, 0.5);
  config.resolverTimeout = undefined;
  for (const bad of [0, -1, NaN]) assert.throws(() => (config.resolverTimeout = bad), RangeError);
  for (const bad of [0, 1.5, 70_000]) assert.throws(() => (config.aresUdpPort = bad), RangeError);
  assert.throws(() => (config.aresTries = '3' as never), TypeError);
  assert.throws(
    () => (config.aresServers = [5] as never),
    /config\.aresServers: expected a list of addresses/,
  );
  assert.throws(() => (config.aresServers = []), TypeError);
});

test('the settings of name look-ups are read from their environment variables', async () => {
  const names = [
    'resolver',
    'resolverNameservers',
    'resolverTimeout',
    'aresServers',
    'aresTimeout',
    'aresTries',
  ];
  const more = ['aresNdots', 'aresUdpPort', 'aresTcpPort'];
  const text = `import { config } from '${entry()}';
    console.log(JSON.stringify(${JSON.stringify([...names, ...more])}.map((name) => config[name])));`;
  const env = {
    GEVENT_RESOLVER: 'ares, thread',
    GEVENT_RESOLVER_NAMESERVERS: '10.0.0.1,10.0.0.2',
    GEVENT_RESOLVER_TIMEOUT: '2.5',
    GEVENTARES_SERVERS: '10.0.0.3',
    GEVENTARES_TIMEOUT: '1',
    GEVENTARES_TRIES: '3',
    GEVENTARES_NDOTS: '0',
    GEVENTARES_UDP_PORT: '5353',
    GEVENTARES_TCP_PORT: '5353',
  };
  const { stdout, stderr } = await runProgram(text, { env });
  const expected = [['ares', 'thread'], ['10.0.0.1', '10.0.0.2'], 2.5, ['10.0.0.3'], 1, 3, 0, 5353, 5353];
  assert.deepEqual(JSON.parse(stdout || 'null'), expected, stderr);
  const bad = await runProgram(text, { env: { GEVENTARES_TRIES: '0' } });
  assert.match(bad.stderr, /GEVENTARES_TRIES: cannot make sense of "0"/);
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
