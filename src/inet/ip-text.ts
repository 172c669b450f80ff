/** IP addresses between text and bytes, in the forms that the C library reads and writes. */
import { isIPv4, isIPv6 } from 'node:net';

/** @internal The bytes of an IPv4 address of four decimal parts; undefined for any other text. */
export function parseIPv4(text: string): Uint8Array | undefined {
  return isIPv4(text) ? Uint8Array.from(text.split('.'), Number) : undefined;
}

/**
 * @internal The bytes of an IPv4 address in any of the old forms: one to four parts, each decimal, octal (`017`) or
 * hexadecimal (`0x7f`), of which the last fills the bytes that are left.
 */
export function parseLooseIPv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length > 4) return undefined;
  const numbers: number[] = [];
  for (const part of parts) {
    if (!/^(0x[\da-f]+|0[0-7]*|[1-9]\d*)$/i.test(part)) return undefined;
    numbers.push(Number(/^0\d/.test(part) ? `0o${part}` : part));
  }
  const rest = numbers.pop() as number;
  if (rest >= 256 ** (4 - numbers.length) || numbers.some((number) => number > 255)) return undefined;
  const bytes = new Uint8Array(4);
  bytes.set(numbers);
  for (let index = 3, left = rest; index >= numbers.length; index -= 1) {
    bytes[index] = left % 256;
    left = Math.floor(left / 256);
  }
  return bytes;
}

/** @internal The bytes of an IPv6 address without a zone; undefined for any other text. */
export function parseIPv6(text: string): Uint8Array | undefined {
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const [head, tail] = text.split('::') as [string, string | undefined];
  const front = wordsOf(head);
  const back = tail === undefined ? [] : wordsOf(tail);
  const words = [...front, ...new Array<number>(8 - front.length - back.length).fill(0), ...back];
  return Uint8Array.from(words.flatMap((word) => [word >>> 8, word & 0xff]));
}

function wordsOf(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((part) => {
    const four = parseIPv4(part) as [number, number, number, number] | undefined;
    return four === undefined
      ? [Number.parseInt(part, 16)]
      : [four[0] * 256 + four[1], four[2] * 256 + four[3]];
  });
}

/** @internal Four bytes as text. */
export function formatIPv4(bytes: Uint8Array): string {
  return bytes.join('.');
}

/** @internal Sixteen bytes as text: the longest run of zeros left out, an IPv4 address inside as such. */
export function formatIPv6(bytes: Uint8Array): string {
  const words = Array.from(
    { length: 8 },
    (_, index) => at(bytes, 2 * index) * 256 + at(bytes, 2 * index + 1),
  );
  const { start, length } = longestZeros(words);
  const holdsIPv4 = start === 0 && (length === 6 || (length === 5 && words[5] === 0xff_ff));
  const hex = (from: number, to: number): string =>
    words
      .slice(from, to)
      .map((word) => word.toString(16))
      .join(':');
  if (holdsIPv4) return `::${length === 5 ? 'ffff:' : ''}${formatIPv4(bytes.subarray(12))}`;
  return length < 2 ? hex(0, 8) : `${hex(0, start)}::${hex(start + length, 8)}`;
}

/** The first of the longest runs of zeros. */
function longestZeros(words: readonly number[]): { start: number; length: number } {
  let best = { start: -1, length: 0 };
  for (let start = 0; start < words.length; start += 1) {
    let end = start;
    while (words[end] === 0) end += 1;
    if (end - start > best.length) best = { start, length: end - start };
    start = Math.max(start, end);
  }
  return best;
}

function at(bytes: Uint8Array, index: number): number {
  return bytes[index] ?? 0;
}

/** @internal The IPv4 address that an IPv6 address of the form `::ffff:a.b.c.d` stands for. */
export function mappedIPv4(bytes: Uint8Array): Uint8Array | undefined {
  const isMapped =
    bytes.subarray(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  return isMapped ? bytes.slice(12) : undefined;
}
