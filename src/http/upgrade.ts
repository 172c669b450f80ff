/** The greenlet of a connection that was taken over: it lives until the hook is through and the socket has closed. */
import type { Duplex } from 'node:stream';
import { GreenletExit } from '../base/errors.ts';
import { Greenlet } from '../core/greenlet.ts';
import { Waiter } from '../core/waiter.ts';
import { escapeText } from './access-log.ts';
import { type EngineRequest, requestLineOf } from './incoming.ts';
import type { UpgradeHook } from './options.ts';
import type { ConnectionStream, Turn } from './turn.ts';

/** @internal What the greenlet knows of its connection. */
export interface UpgradeHome {
  readonly stream: ConnectionStream;
  readonly client: string;
  over(greenlet: UpgradeGreenlet): void;
}

/** @internal */
export class UpgradeGreenlet extends Greenlet<void> implements Turn {
  readonly request: EngineRequest;
  readonly #home: UpgradeHome;
  readonly #hook: UpgradeHook;
  readonly #socket: Duplex;
  readonly #head: Buffer;
  #closing: Waiter<void> | undefined = undefined;

  constructor(home: UpgradeHome, hook: UpgradeHook, request: EngineRequest, socket: Duplex, head: Buffer) {
    super();
    this.#home = home;
    this.#hook = hook;
    this.request = request;
    this.#socket = socket;
    this.#head = head;
  }

  clientGone(mayKill: boolean): void {
    if (this.#closing !== undefined) {
      if (this.#closing.isParked) this.#closing.switch();
    } else if (mayKill) this.throw(new GreenletExit('the client has gone'));
  }

  makeLast(): void {
    // Nothing ever follows it.
  }

  override toString(): string {
    return `<${this.constructor.name} "${this.name}": ${this.describeCall()}>`;
  }

  protected override describeCall(): string {
    return `${escapeText(requestLineOf(this.request))} from ${this.#home.client}`;
  }

  protected override async _run(): Promise<void> {
    await this.#hook(this.request, this.#socket, this.#head);
    if (this.#home.stream.destroyed) return;
    this.#closing = new Waiter<void>();
    await this.#closing.park(undefined, { about: 'the end of an upgraded connection' });
  }

  protected override onEnd(): void {
    super.onEnd();
    this.#home.stream.destroy();
    this.#home.over(this);
  }
}
