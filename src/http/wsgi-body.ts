/** What an application may return, and walking through it: every way out closes it. */
import { mismatch } from '../base/check.ts';
import { NativePromise } from '../base/native.ts';
import { interruptible } from '../core/interruptible.ts';

/** A piece of a response's body. Strings are sent as UTF-8. */
export type BodyChunk = string | Uint8Array;

/**
 * The body that a WSGI application returns. When it has a method `close`, that is called at the end, whatever
 * happened; it may wait.
 */
export type WSGIBody = (Iterable<BodyChunk> | AsyncIterable<BodyChunk> | Uint8Array) & { close?(): unknown };

/** Answers whether the next chunk is wanted. */
type TakeChunk = (chunk: BodyChunk) => Promise<boolean>;

/** @internal */
export function toBytes(chunk: unknown, name: string): Uint8Array {
  if (typeof chunk === 'string') return Buffer.from(chunk);
  if (chunk instanceof Uint8Array) return chunk;
  throw new TypeError(mismatch(name, 'a string or bytes', chunk));
}

/** @internal A body that is there as a whole. */
export interface WholeBody {
  readonly chunks: readonly BodyChunk[];
  /** In bytes. */
  readonly length: number;
}

/** @internal Undefined for a body that comes bit by bit. @throws {TypeError} a chunk is neither string nor bytes */
export function wholeBody(body: WSGIBody | string): WholeBody | undefined {
  if (typeof body === 'string' || body instanceof Uint8Array) return measured([body]);
  return Array.isArray(body) ? measured(body) : undefined;
}

function measured(chunks: readonly BodyChunk[]): WholeBody {
  let length = 0;
  for (const [index, chunk] of chunks.entries()) {
    if (typeof chunk === 'string') length += Buffer.byteLength(chunk);
    else if (chunk instanceof Uint8Array) length += chunk.length;
    else throw new TypeError(mismatch(`body[${index}]`, 'a string or bytes', chunk));
  }
  return { chunks, length };
}

/** @internal All of it, as a string if it is nothing but strings: Node sends that along with the headers. */
export function joined({ chunks }: WholeBody): BodyChunk {
  if (chunks.length === 1) return chunks[0] as BodyChunk;
  const isText = chunks.every((chunk) => typeof chunk === 'string');
  return isText ? chunks.join('') : Buffer.concat(chunks.map((chunk) => toBytes(chunk, 'body')));
}

/** @internal Gives the chunks one by one, until there are no more, or no more are wanted. Parks as they come. */
export function eachChunk(body: WSGIBody, take: TakeChunk): Promise<void> {
  if (typeof body !== 'object' || body === null) {
    throw new TypeError(
      mismatch('application(environ, startResponse)', 'an iterable of strings or bytes', body),
    );
  }
  if (isGenerator(body)) return eachGenerated(body, take);
  if (Symbol.asyncIterator in body) return eachArriving(body, take);
  if (Symbol.iterator in body) return eachReady(body as Iterable<BodyChunk>, take);
  throw new TypeError(
    mismatch('application(environ, startResponse)', 'an iterable of strings or bytes', body),
  );
}

/** @internal Has the body clean up. Parks if that does. */
export async function closeBody(body: unknown): Promise<void> {
  if (typeof body !== 'object' || body === null) return;
  const { close } = body as { close?: unknown };
  if (typeof close === 'function') await close.call(body);
}

async function eachReady(body: Iterable<BodyChunk>, take: TakeChunk): Promise<void> {
  for (const chunk of body) if (!(await take(chunk))) return;
}

/** An async generator is code of this greenlet: a kill is raised in it, where it waits. */
async function eachGenerated(body: AsyncIterable<BodyChunk>, take: TakeChunk): Promise<void> {
  for await (const chunk of body) if (!(await take(chunk))) return;
}

function isGenerator(body: object): body is AsyncGenerator<BodyChunk> {
  return (body as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === 'AsyncGenerator';
}

/** A stream knows nothing of greenlets: the wait for its next chunk is given up, and the stream told to stop. */
async function eachArriving(body: AsyncIterable<BodyChunk>, take: TakeChunk): Promise<void> {
  const iterator = body[Symbol.asyncIterator]();
  let state: 'waiting' | 'between' | 'over' = 'between';
  try {
    for (;;) {
      state = 'waiting';
      const next = NativePromise.resolve(iterator.next());
      next.then(
        () => {},
        () => (state = 'over'),
      );
      const { done, value } = await interruptible(next);
      state = done === true ? 'over' : 'between';
      if (done === true || !(await take(value))) return;
    }
  } finally {
    if (state === 'between') await iterator.return?.();
    else if (state === 'waiting') stop(body, iterator);
  }
}

/** Its `return()` would wait for the chunk that we no longer wait for: a stream of Node's is destroyed. */
function stop(
  body: AsyncIterable<BodyChunk> & { destroy?: unknown },
  iterator: AsyncIterator<BodyChunk>,
): void {
  iterator.return?.().then(
    () => {},
    () => {},
  );
  if (typeof body.destroy === 'function') body.destroy();
}
