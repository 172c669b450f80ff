/**
 * A stream of Node's, seen by those who wait until it is ready. Nothing is taken out of it: what arrives stays in the
 * stream's own buffer, for whoever reads. Node calls its listeners only while somebody waits; afterwards the stream is
 * as it was before, paused if it was paused, not reading from its source if it was not.
 */
import type { Readable, Writable } from 'node:stream';
import { nextTick } from '../base/native.ts';
import { ConcurrentObjectUseError } from '../base/errors.ts';
import { type ReadyCallback, type Source, type Watchable, Watchers } from './watchable.ts';

/** A stream of Node's that can be read, written, or both. */
export type NodeStream = Readable | Writable;

/** What the streams have, each some of it. */
interface AnyStream extends Readable, Pick<Writable, 'writable' | 'writableNeedDrain'> {
  readonly connecting?: boolean;
  readonly _readableState?: { readonly ended?: boolean; reading?: boolean };
  readonly _handle?: { reading?: boolean; readStop?: () => unknown } | null;
}

const EVENTS = ['drain', 'finish', 'end', 'connect', 'error', 'close'] as const;

const watches = new WeakMap<NodeStream, StreamWatch>();

/** @internal */
export function isNodeStream(value: unknown): value is NodeStream {
  if (typeof value !== 'object' || value === null) return false;
  const { on, off, read, write } = value as Partial<Record<string, unknown>>;
  return (
    typeof on === 'function' &&
    typeof off === 'function' &&
    (typeof read === 'function' || typeof write === 'function')
  );
}

/** @internal */
export class StreamWatch implements Watchable, Source {
  readonly closed = false;
  readonly #stream: AnyStream;
  readonly #watchers = new Watchers();
  readonly #readers = new Set<ReadyCallback>();
  /** How the stream was before the first reader came. */
  #before: { readonly isPaused: boolean; readonly isReading: boolean } | undefined = undefined;
  readonly #onEvent = (): void => this.#watchers.notify();

  private constructor(stream: NodeStream) {
    this.#stream = stream as AnyStream;
  }

  /** The one watch of a stream, which all share who wait for it. */
  static of(stream: NodeStream): StreamWatch {
    let watch = watches.get(stream);
    if (watch === undefined) {
      watch = new StreamWatch(stream);
      watches.set(stream, watch);
    }
    return watch;
  }

  get watchable(): Watchable {
    return this;
  }

  get isReadable(): boolean {
    const { connecting, readable, readableLength, _readableState: state } = this.#stream;
    if (connecting === true) return false;
    return readableLength > 0 || state?.ended === true || !readable;
  }

  get isWritable(): boolean {
    const { connecting, writable, writableNeedDrain } = this.#stream;
    return connecting !== true && !(writable && writableNeedDrain);
  }

  get hasFailed(): boolean {
    return Boolean(this.#stream.errored);
  }

  get isHungUp(): boolean {
    return this.#stream.destroyed;
  }

  watch(callback: ReadyCallback, isForReading = false): void {
    if (isForReading) this.#startReading(callback);
    if (this.#watchers.size === 0) for (const event of EVENTS) this.#stream.on(event, this.#onEvent);
    this.#watchers.add(callback);
  }

  unwatch(callback: ReadyCallback): void {
    if (this.#readers.delete(callback) && this.#readers.size === 0) this.#stopReading();
    if (this.#watchers.size === 0) return;
    this.#watchers.remove(callback);
    if (this.#watchers.size === 0) for (const event of EVENTS) this.#stream.off(event, this.#onEvent);
  }

  cancelWaits(error: Error): void {
    this.#watchers.notify(error);
  }

  #startReading(callback: ReadyCallback): void {
    const stream = this.#stream;
    if (this.#readers.size === 0) {
      if (isFlowing(stream)) {
        throw new ConcurrentObjectUseError(
          "Cannot wait for a stream to be readable: it is flowing, and its 'data' listeners take all that arrives",
        );
      }
      this.#before ??= { isPaused: stream.isPaused(), isReading: stream._handle?.reading === true };
      stream.on('readable', this.#onEvent);
    }
    this.#readers.add(callback);
  }

  #stopReading(): void {
    this.#stream.off('readable', this.#onEvent);
    // The stream itself notices in the next tick that a listener went.
    nextTick(() => this.#restore());
  }

  #restore(): void {
    const stream = this.#stream;
    const { isPaused, isReading } = this.#before ?? { isPaused: false, isReading: true };
    if (this.#readers.size > 0) return;
    this.#before = undefined;
    if (isFlowing(stream) || stream.listenerCount('readable') > 0) return;
    if (isPaused) stream.pause();
    if (!isReading) stopSource(stream);
  }
}

function isFlowing(stream: AnyStream): boolean {
  return stream.readableFlowing === true || stream.listenerCount('data') > 0;
}

/** As Node does with process.stdin at the start: a source that is not read does not keep the process alive. */
function stopSource({ _handle: handle, _readableState: state }: AnyStream): void {
  if (handle?.reading !== true || typeof handle.readStop !== 'function' || state === undefined) return;
  handle.reading = false;
  state.reading = false;
  handle.readStop();
}
