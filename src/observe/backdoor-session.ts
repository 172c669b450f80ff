/** One client of the backdoor, from the banner to the end. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { interruptible } from '../core/interruptible.ts';
import { getCurrent } from '../core/main-greenlet.ts';
import { type Seconds, Timeout } from '../core/timeout.ts';
import { SHUT_RD } from '../inet/constants.ts';
import { SocketError } from '../inet/errors.ts';
import type { Socket } from '../io/socket.ts';
import { Event } from '../sync/event.ts';
import { BackdoorConsole } from './backdoor-console.ts';
import { BackdoorInput } from './backdoor-input.ts';

/** How long the last words may take to reach the client. */
const LAST_WORDS: Seconds = 1;
/** How much of a line is read that should be the token. */
const MAX_TOKEN = 4096;
const WRONG_TOKEN = 'That is not the token.';

/** @internal What all sessions of a server begin with. */
export interface SessionSettings {
  readonly names: object;
  readonly banner: string;
  readonly token: string | undefined;
}

/** @internal */
export class BackdoorSession {
  readonly #socket: Socket;
  readonly #settings: SessionSettings;
  readonly #scope = getCurrent();
  readonly #input = new BackdoorInput(() => this.#console?.interrupt());
  readonly #over = new Event();
  #console: BackdoorConsole | undefined = undefined;
  #isFirst = true;
  #outgoing = '';
  #sending: Promise<void> | undefined = undefined;

  constructor(socket: Socket, settings: SessionSettings) {
    this.#socket = socket;
    this.#settings = settings;
  }

  /** Parks until the client has gone, or has said so. */
  async run(): Promise<void> {
    try {
      if (this.#settings.token === undefined) await this.#open();
      else this.#write('token: ');
      await this.#receive();
      this.#console?.end();
      if (this.#console !== undefined) await this.#over.wait();
      await this.#lastWords();
    } catch (error) {
      // A client that is gone is no failure of the server's.
      if (!(error instanceof SocketError)) throw error;
    } finally {
      this.#over.set();
      this.#console?.close();
    }
  }

  async #lastWords(): Promise<void> {
    const sending = this.#sending;
    if (sending !== undefined) await new Timeout(LAST_WORDS, false).run(() => interruptible(sending));
  }

  async #open(): Promise<void> {
    const module = await interruptible(import('node:repl'));
    this.#write(this.#settings.banner);
    this.#console = new BackdoorConsole({
      module,
      scope: this.#scope,
      names: this.#settings.names,
      write: (text) => this.#write(text),
      onExit: () => this.#end(),
    });
  }

  async #receive(): Promise<void> {
    while (!this.#over.isSet()) {
      const data = await this.#socket.recv();
      const lines = data.length === 0 ? this.#input.end() : this.#input.push(data);
      for (const line of lines) await this.#take(line);
      if (this.#console === undefined && this.#input.pending > MAX_TOKEN) this.#refuse(WRONG_TOKEN);
      if (data.length === 0) return;
    }
  }

  async #take(line: string): Promise<void> {
    if (this.#over.isSet()) return;
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    // A page in a browser may send requests to this machine, with lines of JavaScript in them.
    if (isFirst && /^[A-Z]+ \S+ HTTP\/\d/.test(line)) return this.#refuse('This is not an HTTP server.');
    if (this.#console !== undefined) return this.#console.feed(line);
    if (!isEqual(line, this.#settings.token ?? '')) return this.#refuse(WRONG_TOKEN);
    await this.#open();
  }

  #refuse(why: string): void {
    this.#write(`${why}\n`);
    this.#end();
  }

  #end(): void {
    this.#over.set();
    try {
      // Wakes whoever receives.
      this.#socket.shutdown(SHUT_RD);
    } catch {
      // It has ended already.
    }
  }

  #write(text: string): void {
    this.#outgoing += this.#input.isTelnet ? text.replaceAll(/\r?\n/g, '\r\n') : text;
    this.#sending ??= this.#scope.run(() => this.#send());
  }

  async #send(): Promise<void> {
    try {
      while (this.#outgoing !== '') {
        const text = this.#outgoing;
        this.#outgoing = '';
        await this.#socket.sendAll(text);
      }
    } catch {
      // Nobody reads it any more; a kill reaches the session in recv() too.
      this.#end();
    } finally {
      this.#sending = undefined;
    }
  }
}

/** Takes as long for any guess. */
function isEqual(guess: string, token: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(guess), digest(token));
}
