/**
 * The greenlet of one request. It lives until the handler is through and the response has been handed to the system,
 * or has closed.
 *
 *   handler ──returns──► response ended and sent? ──yes──► over
 *      │                        └── no: parks until it has finished or closed ──► over
 *      └──fails──► 500, or the connection is cut when the answer had begun ──► over, and the error is reported
 */
import { isThenable } from '../base/check.ts';
import { GreenletExit } from '../base/errors.ts';
import { monotonic, setImmediate } from '../base/native.ts';
import { Greenlet } from '../core/greenlet.ts';
import { Timeout } from '../core/timeout.ts';
import { Timer } from '../core/timers.ts';
import { Waiter } from '../core/waiter.ts';
import { escapeText } from './access-log.ts';
import type { ConnectionStream, Turn } from './turn.ts';
import type { Serve } from './exchange.ts';
import { BodyTooLarge, EngineRequest, requestLineOf } from './incoming.ts';
import type { HTTPSettings } from './options.ts';
import type { EngineResponse } from './outgoing.ts';
import { refuse } from './refusal.ts';

/** @internal What a request's greenlet knows of the connection it came on. */
export interface RequestHome {
  readonly serve: Serve;
  readonly settings: HTTPSettings;
  readonly stream: ConnectionStream;
  /** The client, for messages: address and port. */
  readonly client: string;
  /** A handler begins. */
  begun(): void;
  /** The request is over. */
  over(greenlet: RequestGreenlet): void;
  /** There will be no further request. */
  endAfterThis(): void;
}

/** @internal The greenlet of one request. */
export class RequestGreenlet extends Greenlet<unknown> implements Turn {
  readonly request: EngineRequest;
  readonly response: EngineResponse;
  /** When it came, and what the connection had sent when its handler began: for the access log. */
  readonly #cameAt: number;
  #sentBefore = 0;
  readonly #home: RequestHome;
  #timer: Timer | undefined = undefined;
  #timeout: Timeout | undefined = undefined;
  /** Parked until the response has closed. */
  #flush: Waiter<void> | undefined = undefined;
  #isClientGone = false;
  /** True once the handler was called. */
  hasBegun = false;

  constructor(home: RequestHome, request: EngineRequest, response: EngineResponse) {
    super();
    this.#home = home;
    this.request = request;
    this.response = response;
    this.#cameAt = home.settings.log === undefined ? 0 : monotonic();
  }

  /** `GET /path HTTP/1.1`, as it came. */
  get requestLine(): string {
    return requestLineOf(this.request);
  }

  /** Seconds since it came. */
  get age(): number {
    return (monotonic() - this.#cameAt) / 1000;
  }

  /** How many bytes the client was sent. */
  get sent(): number {
    return (this.#home.stream.bytesWritten ?? 0) - this.#sentBefore;
  }

  /** The answer is complete, and out of our hands. */
  get isSent(): boolean {
    return isHandedOver(this.response);
  }

  /** Reading the body has failed. A handler that does not care is not waited for. */
  bodyTooLarge(): void {
    setImmediate(() => this.#answer(413));
  }

  /** The connection has closed. */
  clientGone(mayKill: boolean): void {
    this.#isClientGone = true;
    if (mayKill && !this.response.writableEnded) this.throw(new GreenletExit('the client has gone'));
    else if (this.#flush?.isParked === true) this.#flush.switch();
  }

  /** The answer is the last on its connection. */
  makeLast(): void {
    this.response.shouldKeepAlive = false;
  }

  override toString(): string {
    return `<${this.constructor.name} "${this.name}": ${this.describeCall()}>`;
  }

  protected override describeCall(): string {
    return `${escapeText(this.requestLine)} from ${this.#home.client}`;
  }

  protected override _run(): unknown {
    const { response } = this;
    const { settings } = this.#home;
    this.hasBegun = true;
    this.#home.begun();
    if (settings.log !== undefined) this.#sentBefore = this.#home.stream.bytesWritten ?? 0;
    if (settings.handlerTimeout !== Infinity) this.#timer = new Timer(this).start(settings.handlerTimeout);
    let result: unknown;
    try {
      result = this.#home.serve(this.request, response);
    } catch (error) {
      return this.#fail(error);
    }
    // Most handlers end here: no promise is made for them.
    if (!isThenable(result) && isHandedOver(response)) return undefined;
    return this.#finish(result);
  }

  protected override onEnd(): void {
    this.#timer?.stop();
    super.onEnd();
    // Killed before it began: nobody else is going to answer.
    if (!this.response.writableEnded && !this.#isClientGone) this.#answer(500);
    this.#home.over(this);
  }

  /** The handler has taken too long. */
  override onTimer(): void {
    const { response } = this;
    if (this.#flush !== undefined && response.writableEnded) return;
    this.#timeout = new Timeout(this.#home.settings.handlerTimeout, 'the handler of a request');
    // A handler that waits for a foreign promise is not reached: its client need not wait with it.
    if (this.interrupt(this.#timeout)) return;
    this.#answer(503);
    EngineRequest.fail(this.request, this.#timeout);
  }

  async #finish(result: unknown): Promise<void> {
    try {
      await result;
      if (!this.#isClientGone && !isHandedOver(this.response)) await this.#flushed();
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Parks until the response has finished, or its connection has closed. */
  #flushed(): Promise<void> {
    const waiter = new Waiter<void>();
    this.#flush = waiter;
    this.response.on('close', () => {
      if (waiter.isParked) waiter.switch();
    });
    return waiter.park(undefined, { about: 'the end of a response' });
  }

  /** Answers for a handler that failed, and throws what is to be reported. */
  #fail(error: unknown): void {
    const isForNothing = this.#isClientGone || this.response.isTakenOver;
    if (isForNothing && isOfTheEnd(error)) return;
    if (error instanceof BodyTooLarge) this.#answer(413);
    else {
      this.#answer(error === this.#timeout ? 503 : 500);
      throw error;
    }
  }

  #answer(status: number): void {
    const { response } = this;
    const { stream } = this.#home;
    if (response.writableEnded || response.destroyed || stream.destroyed) return;
    response.isTakenOver = true;
    this.#home.endAfterThis();
    // Half an answer must not look like a whole one.
    if (!refuse(response, status)) stream.destroy();
  }
}

/** The response has been ended, and the system has taken all of it; or nobody will. */
function isHandedOver(response: EngineResponse): boolean {
  return response.destroyed || (response.writableEnded && response.writableLength === 0);
}

const CODES_OF_THE_END: ReadonlySet<unknown> = new Set([
  'ABORT_ERR',
  'ECONNABORTED',
  'ECONNRESET',
  'EPIPE',
  'ERR_HTTP_HEADERS_SENT',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_WRITE_AFTER_END',
]);

/** What a handler meets when its client has gone, or has its answer already. */
function isOfTheEnd(error: unknown): boolean {
  return error instanceof Error && CODES_OF_THE_END.has((error as NodeJS.ErrnoException).code);
}
