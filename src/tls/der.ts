/** Just enough of ASN.1's DER to read a certificate: elements, their contents, object identifiers, strings. */

/** @internal One element: its tag, and what is in it. */
export interface Element {
  readonly tag: number;
  readonly content: Buffer;
}

const SEQUENCE = 0x30;
const BMP_STRING = 0x1e;
const LATIN1_STRING = 0x14;

/** @internal The elements that stand one after the other in `data`. @throws {RangeError} it is no DER */
export function elementsOf(data: Buffer): Element[] {
  const found: Element[] = [];
  for (let at = 0; at < data.length;) {
    const tag = data.readUInt8(at);
    const [start, length] = readLength(data, at + 1);
    if (start + length > data.length)
      throw new RangeError('not DER: an element is longer than what holds it');
    found.push({ tag, content: data.subarray(start, start + length) });
    at = start + length;
  }
  return found;
}

/** @internal The elements of the one that `data` consists of. */
export function insideOf(data: Buffer): Element[] {
  const [only] = elementsOf(data);
  if (only?.tag !== SEQUENCE) throw new RangeError('not DER: no sequence at the top');
  return elementsOf(only.content);
}

function readLength(data: Buffer, at: number): [start: number, length: number] {
  const first = data.readUInt8(at);
  if (first < 0x80) return [at + 1, first];
  const size = first & 0x7f;
  if (size === 0 || size > 6) throw new RangeError('not DER: an element without a length');
  return [at + 1 + size, data.readUIntBE(at + 1, size)];
}

/** @internal An object identifier as its numbers: `2.5.4.3`. */
export function objectId(content: Buffer): string {
  const parts: number[] = [];
  let part = 0;
  for (const byte of content) {
    part = part * 128 + (byte & 0x7f);
    if (byte >= 0x80) continue;
    if (parts.length === 0) {
      const first = Math.min(Math.floor(part / 40), 2);
      parts.push(first, part - first * 40);
    } else parts.push(part);
    part = 0;
  }
  return parts.join('.');
}

/** @internal A string of whatever kind. */
export function textOf({ tag, content }: Element): string {
  if (tag === BMP_STRING) return Buffer.from(content).swap16().toString('utf16le');
  return content.toString(tag === LATIN1_STRING ? 'latin1' : 'utf8');
}
