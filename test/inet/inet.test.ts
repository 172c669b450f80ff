import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '../../src/base/random.ts';
import { htonl, htons, ntohl, ntohs } from '../../src/inet/byte-order.ts';
import { AF_INET, AF_INET6, AF_UNIX } from '../../src/inet/constants.ts';
import { GetAddrInfoError, HostError, SocketError } from '../../src/inet/errors.ts';
import { inetAton, inetNtoa, inetNtop, inetPton } from '../../src/inet/inet.ts';

function bytes(...all: number[]): Buffer {
  return Buffer.from(all);
}

test('inetAton() reads every form that C reads', () => {
  const read: Record<string, Buffer> = {
    '127.0.0.1': bytes(127, 0, 0, 1),
    '127.1': bytes(127, 0, 0, 1),
    '1.2.3': bytes(1, 2, 0, 3),
    '1.2.65535': bytes(1, 2, 255, 255),
    '0x7f.1': bytes(127, 0, 0, 1),
    '0177.0.0.01': bytes(127, 0, 0, 1),
    4294967295: bytes(255, 255, 255, 255),
    '0': bytes(0, 0, 0, 0),
    '1.2.3.4 and more': bytes(1, 2, 3, 4),
  };
  for (const [text, expected] of Object.entries(read)) assert.deepEqual(inetAton(text), expected, text);
  for (const text of [
    '',
    'a',
    '1.2.3.256',
    '1.2.65536',
    '256.1',
    '08.1.1.1',
    '0x.1',
    '1.2.3.4.5',
    '1..2',
    '4294967296',
    ' 1',
    '-1',
    '1e3',
  ]) {
    assert.throws(() => inetAton(text), { name: 'SocketError', code: 'EINVAL' }, text);
  }
});

test('inetPton() reads the exact forms alone', () => {
  assert.deepEqual(inetPton(AF_INET, '10.0.0.255'), bytes(10, 0, 0, 255));
  const six = (...words: number[]): Buffer => Buffer.from(words.flatMap((word) => [word >> 8, word & 255]));
  assert.deepEqual(inetPton(AF_INET6, '::'), six(0, 0, 0, 0, 0, 0, 0, 0));
  assert.deepEqual(inetPton(AF_INET6, '1::'), six(1, 0, 0, 0, 0, 0, 0, 0));
  assert.deepEqual(inetPton(AF_INET6, '::1.2.3.4'), six(0, 0, 0, 0, 0, 0, 0x102, 0x304));
  assert.deepEqual(inetPton(AF_INET6, '1:2:3:4:5:6:7:ABCD'), six(1, 2, 3, 4, 5, 6, 7, 0xabcd));
  for (const text of ['127.1', '01.2.3.4', '::1', '', '1.2.3.4 ']) {
    assert.throws(() => inetPton(AF_INET, text), { code: 'EINVAL' }, text);
  }
  for (const text of ['127.0.0.1', '::1%lo', '1:2:3', ':::', '1::2::3', '12345::', '::1.2.3', '[::1]']) {
    assert.throws(() => inetPton(AF_INET6, text), { code: 'EINVAL' }, text);
  }
});

test('inetNtop() writes the shortest form', () => {
  const write = (text: string): string => inetNtop(AF_INET6, inetPton(AF_INET6, text));
  const same = [
    '::',
    '::1',
    '1::',
    'fe80::1',
    '1:0:0:2::3',
    '::ffff:1.2.3.4',
    '::1.2.3.4',
    '::ffff:0.0.0.1',
    '1:2:3:4:5:6:7:8',
  ];
  for (const text of same) assert.equal(write(text), text);
  assert.equal(write('::304'), '::304');
  assert.equal(write('0:0:1:0:0:0:1:0'), '0:0:1::1:0');
  assert.equal(write('1:0:0:2:3:0:0:4'), '1::2:3:0:0:4');
  assert.equal(write('1:2:3:4:5:6:0:8'), '1:2:3:4:5:6:0:8');
  assert.equal(inetNtop(AF_INET, bytes(1, 2, 3, 4)), '1.2.3.4');
  assert.equal(inetNtoa(new Uint8Array([255, 0, 0, 1])), '255.0.0.1');
});

test('what inetNtop() writes, inetPton() reads', () => {
  const random = seededRandom(4);
  for (let round = 0; round < 2000; round += 1) {
    const some = Buffer.from(
      Array.from({ length: 16 }, () => (random() < 0.6 ? 0 : Math.floor(random() * 256))),
    );
    assert.deepEqual(inetPton(AF_INET6, inetNtop(AF_INET6, some)), some);
    const four = some.subarray(0, 4);
    assert.deepEqual(inetAton(inetNtoa(four)), Buffer.from(four));
  }
});

test('byte order is that of the network', () => {
  const isSwapped = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;
  assert.equal(htons(0x1234), isSwapped ? 0x3412 : 0x1234);
  assert.equal(htonl(0x12345678), isSwapped ? 0x78563412 : 0x12345678);
  assert.equal(htonl(255), isSwapped ? 0xff000000 : 255);
  for (const value of [0, 1, 255, 256, 65_535]) assert.equal(ntohs(htons(value)), value);
  for (const value of [0, 1, 0x80_00_00_00, 0xff_ff_ff_ff]) assert.equal(ntohl(htonl(value)), value);
});

test('arguments that make no sense are refused', () => {
  assert.throws(
    () => inetAton(5 as never),
    /^TypeError: inetAton\(text\): expected an IP address as text, got 5/,
  );
  assert.throws(() => inetNtoa('x' as never), TypeError);
  assert.throws(
    () => inetNtoa(bytes(1, 2, 3)),
    /^RangeError: inetNtoa\(bytes\): expected a Uint8Array of 4 bytes/,
  );
  assert.throws(
    () => inetPton(AF_UNIX, '::1'),
    /^RangeError: inetPton\(family\): expected AF_INET or AF_INET6, got 1/,
  );
  assert.throws(() => inetPton(AF_INET, 5 as never), TypeError);
  assert.throws(() => inetNtop('x' as never, bytes()), TypeError);
  assert.throws(() => inetNtop(AF_INET6, bytes(1, 2, 3, 4)), RangeError);
  for (const swap of [htons, ntohs])
    assert.throws(() => swap(65_536), /^RangeError: (htons|ntohs)\(value\): /);
  for (const swap of [htonl, ntohl]) {
    assert.throws(() => swap(2 ** 32), RangeError);
    assert.throws(() => swap(-1), RangeError);
    assert.throws(() => swap(1n as never), TypeError);
  }
});

test('the errors of look-ups have the numbers of their own codes', () => {
  assert.equal(new GetAddrInfoError('x', { code: 'EAI_NONAME' }).errno, -2);
  assert.deepEqual([new GetAddrInfoError('x').code, new GetAddrInfoError('x').errno], ['EAI_FAIL', -4]);
  assert.equal(new HostError('x', { code: 'TRY_AGAIN' }).errno, 2);
  assert.deepEqual([new HostError('x').code, new HostError('x').errno], ['HOST_NOT_FOUND', 1]);
  assert.equal(new HostError('x', { code: 'OTHER' }).errno, undefined);
  assert.ok(new HostError('x') instanceof SocketError);
  assert.equal(new GetAddrInfoError('x', { cause: 5 }).cause, 5);
});
