/**
 * The request as the engine makes it: a plain `IncomingMessage` that looks after its body.
 *
 * - A client that asked first (`Expect: 100-continue`) is told to go on when the body is read for the first time.
 * - A body without an announced length is counted while it comes, and fails the request when it is too long.
 * - What nobody has read when the answer is out is thrown away up to a bound, so that the connection can go on.
 * - Most requests have no body, and most handlers do not ask: the end of nothing is told to whoever reads, and the
 *   stream is not run to its end for nobody. This wins 10 % of a request that is answered at once.
 */
import { IncomingMessage, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { nameErrorClass } from '../base/errors.ts';

/** How much of an unread body is read and thrown away in order to keep a connection. */
export const MAX_DRAIN = 262_144;

/** A request's body is longer than the server takes. What reading it fails with; unless it is caught, the answer is 413. */
export class BodyTooLarge extends Error {
  declare readonly code: string;
  /** The status of the answer; frameworks look for it under either name. */
  readonly status: number = 413;
  readonly statusCode: number = 413;

  constructor(limit: number) {
    super(`The body of the request is longer than ${limit} bytes`);
  }
}
nameErrorClass(BodyTooLarge, 'BodyTooLarge', 'GEVENT_BODY_TOO_LARGE');

/** @internal What a request tells the connection that it came on. */
export interface RequestKeeper {
  /** Its body is too long; reading it fails. */
  bodyTooLarge(request: EngineRequest): void;
  /** More of its unread body came than is worth reading. */
  bodyFlood(request: EngineRequest): void;
}

type DestroyCallback = (error?: Error | null) => void;

const { push: pushPlainly, _read: readPlainly } = IncomingMessage.prototype;
// What node:http calls on a request that nobody reads, and does not write about.
const { _dump: dumpPlainly } = IncomingMessage.prototype as unknown as { readonly _dump: () => void };

/** How far a request without a body is, or one with a body that nobody has begun to read. */
type Phase =
  /** The end has not come, or is the stream's own affair. */
  | 'open'
  /** Somebody has begun to read. */
  | 'read'
  /** All has come, which was nothing, and nobody has been told. */
  | 'empty'
  /** It is over, and nobody was interested. */
  | 'left';

/** What is known of a body that is watched. */
class BodyWatch {
  readonly keeper: RequestKeeper | undefined;
  /** The longest body. */
  readonly limit: number;
  received = 0;
  isDiscarding = false;
  /** Reading it has failed: what still comes is nobody's. */
  isFailed = false;

  constructor(keeper?: RequestKeeper, limit = Infinity) {
    this.keeper = keeper;
    this.limit = limit;
  }
}

/**
 * @internal Express gives requests another prototype, so that whatever is called later is either the object's own, or a
 * static method here; the private fields stay. There are few of them: each costs every request.
 */
export class EngineRequest extends IncomingMessage {
  /** The response that has to say "100 Continue" when the body is read. */
  awaitsContinue: ServerResponse | undefined = undefined;
  override readonly push: (chunk: unknown, encoding?: BufferEncoding) => boolean = EngineRequest.#push;
  override readonly _read: (size: number) => void = EngineRequest.#read;
  readonly _dump: () => void = EngineRequest.#dump;
  #phase: Phase = 'open';
  #watch: BodyWatch | undefined = undefined;

  /** Counts the body: it is longer than what may be thrown away, or of unknown length. */
  static watchBody(request: EngineRequest, keeper: RequestKeeper, limit: number): void {
    request.#watch = new BodyWatch(keeper, limit);
  }

  /** Nobody is going to read the rest of the body; one who does already goes on. */
  static discardRest(request: EngineRequest): void {
    const isRead = request.readableFlowing === true || request.listenerCount('readable') > 0;
    if (!request.complete && !isRead) request._dump();
  }

  /** Has reading it fail. The connection lives on for the answer that says why. */
  static fail(request: EngineRequest, error: Error): void {
    request.#watch ??= new BodyWatch();
    request.#watch.isFailed = true;
    // By itself, a request that fails takes its connection along.
    request._destroy = destroyAlone;
    // Whoever reads may give up between this and the event: unheard, it would end the program.
    request.on('error', ignore);
    request.destroy(error);
  }

  /** True when it is over and node:http need not look after it any more. */
  static isLeft(request: EngineRequest): boolean {
    return request.#phase === 'left';
  }

  static #push(this: EngineRequest, chunk: unknown, encoding?: BufferEncoding): boolean {
    if (chunk === null) {
      if (this.#phase === 'read' || this.readableLength > 0) return pushPlainly.call(this, null);
      this.#phase = 'empty';
      return false;
    }
    const watch = this.#watch;
    if (watch === undefined) return pushPlainly.call(this, chunk, encoding);
    return count(this, watch, chunk as Buffer);
  }

  static #read(this: EngineRequest, size: number): void {
    const isEmpty = this.#phase === 'empty' || this.#phase === 'left';
    this.#phase = 'read';
    const response = this.awaitsContinue;
    if (response !== undefined) {
      this.awaitsContinue = undefined;
      if (!response.headersSent) response.writeContinue();
    }
    readPlainly.call(this, size);
    if (isEmpty) pushPlainly.call(this, null);
  }

  /** Called by node:http when the answer is out and nobody has begun to read the body. */
  static #dump(this: EngineRequest): void {
    this.awaitsContinue = undefined;
    if (this.#phase === 'empty') {
      this.#phase = isOfNoInterest(this) ? 'left' : 'read';
      if (this.#phase === 'left') return;
      pushPlainly.call(this, null);
    }
    const watch = this.#watch;
    if (watch === undefined) return dumpPlainly.call(this);
    if (watch.isDiscarding) return;
    watch.isDiscarding = true;
    watch.received = 0;
    this.removeAllListeners('data');
    this.resume();
  }
}

function isOfNoInterest(request: EngineRequest): boolean {
  const isListenedTo = request.listenerCount('end') > 0 || request.listenerCount('close') > 0;
  return !isListenedTo && Object.getPrototypeOf(request) === EngineRequest.prototype;
}

function count(request: EngineRequest, watch: BodyWatch, chunk: Buffer): boolean {
  if (watch.isFailed) return true;
  watch.received += chunk.length;
  if (watch.isDiscarding) {
    if (watch.received > MAX_DRAIN) watch.keeper?.bodyFlood(request);
    return true;
  }
  if (watch.received <= watch.limit) return pushPlainly.call(request, chunk);
  EngineRequest.fail(request, new BodyTooLarge(watch.limit));
  watch.keeper?.bodyTooLarge(request);
  return true;
}

function destroyAlone(this: EngineRequest, error: Error | null, callback: DestroyCallback): void {
  process.nextTick(callback, error);
}

function ignore(): void {
  // Told to those who read.
}

const isReallyEnded = Object.getOwnPropertyDescriptor(Readable.prototype, 'readableEnded')
  ?.get as () => boolean;

// node:http asks before it lets go of a request.
Object.defineProperty(EngineRequest.prototype, 'readableEnded', {
  get(this: EngineRequest): boolean {
    return EngineRequest.isLeft(this) || isReallyEnded.call(this);
  },
  configurable: true,
  enumerable: false,
});

/** @internal `GET /path HTTP/1.1`, as it came. */
export function requestLineOf({ method, url, httpVersion }: IncomingMessage): string {
  return `${method} ${url} HTTP/${httpVersion}`;
}
