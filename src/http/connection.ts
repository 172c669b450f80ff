/**
 * One connection: its requests take their turns one after the other, as in gevent. What a client sends before it has its
 * answer (pipelining) waits, and when much waits nothing more is read.
 *
 *   idle ──request──► serving ──over, nothing waits──► idle ...
 *                        │ over, and it was the last
 *                        ▼
 *                     ending ──(what still comes is thrown away for a while)──► closed
 */
import type { Duplex } from 'node:stream';
import { GreenletExit } from '../base/errors.ts';
import { systemError } from '../inet/errors.ts';
import { Waiter } from '../core/waiter.ts';
import type { EngineState } from './engine-state.ts';
import type { Serve } from './exchange.ts';
import { EngineRequest, type RequestKeeper } from './incoming.ts';
import type { HTTPSettings, UpgradeHook } from './options.ts';
import { Farewell } from './farewell.ts';
import { Liveness } from './liveness.ts';
import type { EngineResponse } from './outgoing.ts';
import { plainAnswer, refuse } from './refusal.ts';
import { hasBody, watchBody } from './request-check.ts';
import { RequestGreenlet, type RequestHome } from './request-greenlet.ts';
import { logRequest } from './request-log.ts';
import { TurnQueue } from './turn-queue.ts';
import type { ConnectionStream, Turn } from './turn.ts';
import { UpgradeGreenlet, type UpgradeHome } from './upgrade.ts';

/** @internal */
export class Connection implements RequestHome, UpgradeHome, RequestKeeper {
  readonly stream: ConnectionStream;
  readonly address: string;
  readonly client: string;
  readonly #state: EngineState;
  readonly #onOver: (connection: Connection) => void;
  #active: Turn | undefined = undefined;
  #queue: TurnQueue | undefined = undefined;
  /** The latest request that came with a body, until that is read. */
  #body: EngineRequest | undefined = undefined;
  #count = 0;
  /** Nothing that still comes is answered. */
  #isEnding = false;
  /** The client has been told that what it sent makes no sense. */
  #isRefused = false;
  /** The status that waits until what came before is answered; 0 without one. */
  #refusal = 0;
  #isClosed = false;
  #closing: Waiter<void> | undefined = undefined;
  readonly #liveness: Liveness;
  readonly #farewell: Farewell;

  constructor(state: EngineState, stream: ConnectionStream, onOver: (connection: Connection) => void) {
    this.#state = state;
    this.stream = stream;
    this.#onOver = onOver;
    this.#liveness = new Liveness(stream);
    this.#farewell = new Farewell(stream);
    this.address = stream.remoteAddress ?? '';
    this.client = this.address === '' ? 'a local client' : `${this.address}:${stream.remotePort}`;
  }

  get serve(): Serve {
    return this.#state.serve;
  }

  get settings(): HTTPSettings {
    return this.#state.settings;
  }

  /** Every request comes by here, whether or not it is going to be served. */
  meet(request: EngineRequest): void {
    this.#count += 1;
    if (this.#isEnding || !hasBody(request)) return;
    this.#body = request;
    watchBody(request, this, this.settings.maxBodySize);
    // node:http calls it behind the last answer.
    this.stream.destroySoon = () => this.#end();
  }

  /** A request that may be served. */
  take(request: EngineRequest, response: EngineResponse): void {
    if (this.#isEnding) return;
    if (this.#state.isClosing || this.#count >= this.settings.maxRequestsPerConnection) {
      response.shouldKeepAlive = false;
      this.#isEnding = true;
    }
    this.#state.requests += 1;
    this.#enqueue(new RequestGreenlet(this, request, response));
  }

  /** A request that is not going to be served: answered in its turn, as the last. */
  refuse(response: EngineResponse, status: number): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#isRefused = true;
    if (this.#active === undefined) refuse(response, status);
    else this.#refusal = status;
  }

  /** The client asked for something else than HTTP, and there is nothing else. */
  refuseTunnel(status: number): void {
    this.stream.on('error', ignore);
    this.stream.resume();
    this.#isEnding = true;
    this.#refusal = status;
    if (this.#active === undefined) this.#sendRefusal();
  }

  /** Something came that is no request. Answers false when that does not matter any more. */
  refuseNonsense(status: number): boolean {
    const broken = this.#body?.complete === false ? this.#body : undefined;
    if (this.#isRefused || (this.#isEnding && broken === undefined)) return false;
    this.#isEnding = true;
    this.#isRefused = true;
    const active = this.#active;
    if (broken !== undefined && active instanceof RequestGreenlet && active.request === broken) {
      this.#breakOff(active, status);
      return true;
    }
    if (broken !== undefined && this.#drop((turn) => turn.request === broken) === 0) {
      // It has its answer already.
      this.#end();
      return false;
    }
    this.#refusal = status;
    if (active === undefined) this.#sendRefusal();
    return true;
  }

  /** The client asked for something else than HTTP, and the hook is to give it. */
  upgrade(hook: UpgradeHook, request: EngineRequest, socket: Duplex, head: Buffer): void {
    this.stream.on('error', ignore);
    if (this.#isEnding) return void this.stream.destroy();
    this.#isEnding = true;
    this.#enqueue(new UpgradeGreenlet(this, hook, request, socket, head));
  }

  begun(): void {
    this.#state.begun += 1;
  }

  /** What had its turn is through. */
  over(turn: RequestGreenlet | UpgradeGreenlet): void {
    if (turn instanceof RequestGreenlet) this.#tidy(turn);
    this.#active = this.#isClosed ? undefined : this.#queue?.startNext();
    if (this.#active !== undefined) return;
    this.#state.active -= 1;
    if (this.#isClosed) this.#settle();
    else if (this.#refusal !== 0) this.#sendRefusal();
    else if (this.#isEnding && turn instanceof RequestGreenlet && turn.isSent) this.#end();
  }

  endAfterThis(): void {
    this.#isEnding = true;
    this.#drop();
  }

  /** Closes the connection when it has answered what it is at, and at once when it never was asked anything. */
  closeWhenDone(): void {
    this.#drop();
    const active = this.#active;
    if (active !== undefined) {
      this.#isEnding = true;
      active.makeLast();
    } else if (this.stream.bytesRead === 0) this.stream.destroy();
  }

  bodyTooLarge(request: EngineRequest): void {
    const active = this.#active;
    if (active instanceof RequestGreenlet && active.request === request) active.bodyTooLarge();
    this.endAfterThis();
  }

  bodyFlood(): void {
    this.#isEnding = true;
    this.#end();
  }

  /** Closes it when it was idle for long enough. Before its first request, the limit for headers holds. */
  lookIdle(): void {
    if (this.#active === undefined && this.#count > 0 && this.#liveness.isIdle()) this.stream.destroy();
  }

  /** Cuts it when its client took nothing for long enough. */
  lookStalled(): void {
    if (this.#liveness.isStalled()) this.stream.destroy();
  }

  /** The stream has closed. */
  closed(): void {
    this.#isClosed = true;
    this.#farewell.closed();
    this.#drop();
    if (this.#active === undefined) this.#settle();
    else this.#active.clientGone(this.settings.killOnDisconnect);
  }

  /** Cuts the connection, and ends what is served on it. */
  kill(): void {
    this.#drop();
    this.stream.destroy();
    this.#active?.throw(new GreenletExit('the connection was closed by the server'));
  }

  /** Parks until the stream has closed and what was served on it is over. */
  async done(): Promise<void> {
    if (this.#isClosed && this.#active === undefined) return;
    this.#closing = new Waiter<void>();
    await this.#closing.park(undefined, { about: `the end of the connection with ${this.client}` });
  }

  #enqueue(turn: Turn): void {
    if (this.#active === undefined) {
      this.#active = turn;
      this.#state.active += 1;
      return turn.start();
    }
    this.#queue ??= new TurnQueue(this.stream);
    this.#queue.push(turn);
  }

  /** The body of what is being served makes no sense: there is no going on with it. */
  #breakOff(active: RequestGreenlet, status: number): void {
    const isTold = active.response.writableEnded || refuse(active.response, status);
    if (!isTold) this.stream.destroy();
    else this.#end();
    active.clientGone(true);
    EngineRequest.fail(active.request, systemError('ECONNRESET', 'read'));
  }

  /** Forgets those that wait for their turn: all, or those that are meant. */
  #drop(isMeant: (turn: Turn) => boolean = isAny): number {
    let count = 0;
    for (const turn of this.#queue?.drop(isMeant) ?? []) if (turn instanceof RequestGreenlet) count += 1;
    this.#state.requests -= count;
    return count;
  }

  /** What is left of a request when its handler is through. */
  #tidy(turn: RequestGreenlet): void {
    const { log } = this.settings;
    this.#state.requests -= 1;
    if (turn.hasBegun) this.#state.begun -= 1;
    if (log !== undefined) logRequest(log, this.address, turn);
    const body = this.#body;
    if (body === undefined || body !== turn.request) return;
    if (body.complete) this.#body = undefined;
    else if (!this.#isClosed) EngineRequest.discardRest(body);
  }

  #sendRefusal(): void {
    if (this.stream.writable) this.stream.write(plainAnswer(this.#refusal));
    this.#refusal = 0;
    this.#end(true);
  }

  /** Ends our side, and the other when the client had time to see it. */
  #end(isUnread: boolean = this.#body?.complete === false): void {
    this.#farewell.close(isUnread);
  }

  #settle(): void {
    this.#onOver(this);
    if (this.#closing?.isParked === true) this.#closing.switch();
  }
}

function isAny(): boolean {
  return true;
}

function ignore(): void {
  // The stream closes, which says it all.
}
