/** Numbers between the byte order of this machine and that of the network, as C has them. */
import { endianness } from 'node:os';
import { mismatch } from '../base/check.ts';

const SWAPS = endianness() === 'LE';

function checkUnsigned(value: unknown, name: string, bits: 16 | 32): number {
  const expected = `an integer from 0 to ${2 ** bits - 1}`;
  if (typeof value !== 'number') throw new TypeError(mismatch(name, expected, value));
  if (!Number.isInteger(value) || value < 0 || value >= 2 ** bits) {
    throw new RangeError(mismatch(name, expected, value));
  }
  return value;
}

function swapShort(value: number): number {
  return SWAPS ? ((value & 0xff) << 8) | (value >>> 8) : value;
}

function swapLong(value: number): number {
  if (!SWAPS) return value;
  return (
    ((value & 0xff) * 0x1_00_00_00 +
      ((value & 0xff_00) << 8) +
      ((value >>> 8) & 0xff_00) +
      (value >>> 24)) >>>
    0
  );
}

/** A 32-bit number of this machine in network byte order. Python: `socket.htonl`. @throws {TypeError | RangeError} not one */
export function htonl(value: number): number {
  return swapLong(checkUnsigned(value, 'htonl(value)', 32));
}

/** A 16-bit number of this machine in network byte order. Python: `socket.htons`. @throws {TypeError | RangeError} not one */
export function htons(value: number): number {
  return swapShort(checkUnsigned(value, 'htons(value)', 16));
}

/** A 32-bit number in network byte order as this machine has it. Python: `socket.ntohl`. @throws {TypeError | RangeError} not one */
export function ntohl(value: number): number {
  return swapLong(checkUnsigned(value, 'ntohl(value)', 32));
}

/** A 16-bit number in network byte order as this machine has it. Python: `socket.ntohs`. @throws {TypeError | RangeError} not one */
export function ntohs(value: number): number {
  return swapShort(checkUnsigned(value, 'ntohs(value)', 16));
}
