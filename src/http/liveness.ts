import { LOOKS } from './patrol.ts';
import type { ConnectionStream } from './turn.ts';

/** @internal Whether anything happens on a stream, from one look to the next. */
export class Liveness {
  readonly #stream: ConnectionStream;
  #idleLooks = 0;
  #bytesRead = 0;
  #stalledLooks = 0;
  #bytesWaiting = 0;

  constructor(stream: ConnectionStream) {
    this.#stream = stream;
  }

  /** A look: true when nothing has come for as many as count. */
  isIdle(): boolean {
    const { bytesRead } = this.#stream;
    this.#idleLooks = bytesRead === this.#bytesRead ? this.#idleLooks + 1 : 0;
    this.#bytesRead = bytesRead;
    return this.#idleLooks >= LOOKS;
  }

  /** A look: true when there was something to send for as many as count, and the client took none of it. */
  isStalled(): boolean {
    const waiting = bytesWaiting(this.#stream);
    this.#stalledLooks = waiting > 0 && waiting === this.#bytesWaiting ? this.#stalledLooks + 1 : 0;
    this.#bytesWaiting = waiting;
    return this.#stalledLooks >= LOOKS;
  }
}

/** What has been written and was not taken by the client's system: mostly nothing. */
function bytesWaiting(stream: ConnectionStream): number {
  if (stream.writableLength === 0) return 0;
  // One large write counts as waiting until all of it has gone; the handle knows how far it is.
  const { _handle: handle } = stream as { _handle?: { writeQueueSize?: number } | null };
  return stream.writableLength + (handle?.writeQueueSize ?? 0);
}
