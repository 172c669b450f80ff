import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { getHostName, ifIndexToName, ifNameIndex, ifNameToIndex } from '../../src/inet/interfaces.ts';
import { ParsedFile, wordsOfLines } from '../../src/inet/parsed-file.ts';
import { getProtoByName, getServByName, getServByPort } from '../../src/inet/services.ts';

test('services are known by name, by another name, and by port', () => {
  assert.equal(getServByName('http'), 80);
  assert.equal(getServByName('http', 'tcp'), 80);
  assert.equal(getServByName('www'), 80);
  assert.equal(getServByName('domain', 'udp'), 53);
  assert.equal(getServByPort(443), 'https');
  assert.equal(getServByPort(22, 'tcp'), 'ssh');
  assert.equal(getServByPort(514, 'udp'), 'syslog');
  assert.throws(() => getServByName('no-such'), {
    name: 'SocketError',
    code: 'ENOENT',
    message: /service no-such:/,
  });
  assert.throws(() => getServByName('ssh', 'udp'), { message: /service ssh\/udp:/ });
  assert.throws(() => getServByPort(1, 'no-such'), { code: 'ENOENT' });
});

test('protocols are known by name', () => {
  assert.deepEqual(['icmp', 'tcp', 'TCP', 'udp', 'ipv6'].map(getProtoByName), [1, 6, 6, 17, 41]);
  assert.throws(() => getProtoByName('no-such'), { code: 'ENOENT', message: /protocol no-such:/ });
});

test('interfaces are known by name and number', () => {
  const all = ifNameIndex();
  assert.ok(all.length > 0);
  assert.deepEqual(
    all,
    [...all].sort(([one], [other]) => one - other),
  );
  for (const [index, name] of all) {
    assert.equal(ifNameToIndex(name), index);
    assert.equal(ifIndexToName(index), name);
  }
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    const scope = addresses.find((address) => address.family === 'IPv6' && address.scopeid > 0);
    if (scope?.family === 'IPv6') assert.equal(ifNameToIndex(name), scope.scopeid);
  }
  assert.throws(() => ifNameToIndex('no-such'), { name: 'SocketError', code: 'ENODEV' });
  assert.throws(() => ifIndexToName(99_999), { name: 'SocketError', code: 'ENXIO' });
});

test('getHostName() is the name of this host', () => {
  assert.equal(getHostName(), hostname());
});

test('a file is read again when it has changed, and is empty when it is not there', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gevent-file-'));
  try {
    const path = join(folder, 'file');
    let parsed = 0;
    const file = new ParsedFile(path, (text) => {
      parsed += 1;
      return [...wordsOfLines(text)];
    });
    assert.deepEqual([file.get(), file.get(), parsed], [[], [], 1]);
    writeFileSync(path, '# a comment\n\n one  two # three\n\tfour\r\n');
    assert.deepEqual(file.get(), [['one', 'two'], ['four']]);
    assert.equal(file.get(), file.get());
    assert.equal(parsed, 2);
    rmSync(path);
    assert.deepEqual(file.get(), []);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('arguments that make no sense are refused', () => {
  assert.throws(
    () => getServByName(80 as never),
    /^TypeError: getServByName\(name\): expected the name of a service, got 80/,
  );
  assert.throws(() => getServByName('http', 6 as never), /^TypeError: getServByName\(proto\): /);
  assert.throws(() => getServByPort(70_000), /^RangeError: getServByPort\(port\): /);
  assert.throws(() => getServByPort('80' as never), TypeError);
  assert.throws(() => getProtoByName(6 as never), TypeError);
  assert.throws(() => ifNameToIndex(1 as never), TypeError);
  assert.throws(() => ifIndexToName('lo' as never), TypeError);
  assert.throws(() => ifIndexToName(-1), RangeError);
});
