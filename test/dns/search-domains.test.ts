import assert from 'node:assert/strict';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { reverseName } from '../../src/dns/dns-look-ups.ts';
import { candidates, readRules } from '../../src/dns/search-domains.ts';
import { config } from '../../src/index.ts';
import { AresResolver } from '../../src/resolver.ts';

test('resolv.conf says in which domains short names are looked for', () => {
  const [, ...own] = hostname().split('.');
  const without = own.length === 0 ? [] : [own.join('.')];
  assert.deepEqual(readRules(''), { search: without, ndots: 1 });
  assert.deepEqual(readRules('nameserver 10.0.0.1\nsearch a.test b.test. # mine\n'), {
    search: ['a.test', 'b.test'],
    ndots: 1,
  });
  assert.deepEqual(readRules('search a.test\ndomain b.test\n'), { search: ['b.test'], ndots: 1 });
  assert.deepEqual(readRules('domain b.test\nsearch .\n; search c\n'), { search: [], ndots: 1 });
  assert.equal(readRules('options rotate ndots:5 timeout:1\n').ndots, 5);
  assert.equal(readRules('options ndots:99\n').ndots, 15);
  assert.equal(readRules('options ndots:x\n').ndots, 1);
});

test('a name with enough dots is tried as it is first, one with a dot at its end only so', () => {
  const rules = { search: ['x', 'y.z'], ndots: 1 };
  assert.deepEqual(candidates('a', rules), ['a.x', 'a.y.z', 'a']);
  assert.deepEqual(candidates('a.b', rules), ['a.b', 'a.b.x', 'a.b.y.z']);
  assert.deepEqual(candidates('a.b', { ...rules, ndots: 2 }), ['a.b.x', 'a.b.y.z', 'a.b']);
  assert.deepEqual(candidates('a', { ...rules, ndots: 0 }), ['a', 'a.x', 'a.y.z']);
  assert.deepEqual(candidates('a.', rules), ['a']);
});

test('DNS has the names of an address under that address backwards', () => {
  assert.equal(reverseName('10.0.2.1'), '1.2.0.10.in-addr.arpa');
  assert.equal(reverseName('fd00::12'), `2.1.${'0.'.repeat(26)}0.0.d.f.ip6.arpa`);
});

test('the ports of the settings must be one', () => {
  try {
    config.aresUdpPort = 5353;
    new AresResolver({ nameservers: '127.0.0.1' }).close();
    config.aresTcpPort = 5354;
    assert.throws(
      () => new AresResolver(),
      /^RangeError: config\.aresTcpPort: expected the port of config\.aresUdpPort/,
    );
  } finally {
    config.aresUdpPort = undefined;
    config.aresTcpPort = undefined;
  }
});
