/** What may be sent, and what it is as bytes. */
import { mismatch } from '../base/check.ts';

/** Bytes, or text that goes out as UTF-8. */
export type SendableData = string | Uint8Array | ArrayBuffer | DataView;

/** @internal The bytes of `data`, not copied where it has some. */
export function toBuffer(data: unknown, name: string): Buffer {
  if (Buffer.isBuffer(data)) return data;
  if (typeof data === 'string') return Buffer.from(data);
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer) return Buffer.from(data);
  throw new TypeError(mismatch(name, 'a string, a Buffer or another Uint8Array', data));
}
