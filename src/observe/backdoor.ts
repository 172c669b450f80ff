/** A console into the running program, for whoever can connect to it. */
import { checkFlag, checkOptions, mismatch } from '../base/check.ts';
import { version } from '../base/version.ts';
import { type Address, parseAddress } from '../inet/address.ts';
import { Socket } from '../io/socket.ts';
import type { ListenerOption } from '../net/server-options.ts';
import { StreamServer, type StreamServerOptions } from '../net/stream-server.ts';
import { checkPrivate } from './backdoor-access.ts';
import { BackdoorSession, type SessionSettings } from './backdoor-session.ts';
import { greenlets, killById, tree } from './greenlet-table.ts';

/** What a BackdoorServer takes, beside what every server does. */
export interface BackdoorServerOptions extends StreamServerOptions {
  /** Names that are there in each console. */
  readonly locals?: object | undefined;
  /** The text that a client is greeted with. */
  readonly banner?: string | undefined;
  /** A client must send this as its first line. Default: there is no such question. */
  readonly token?: string | undefined;
  /** Allows addresses that other machines, or other users of this one, could connect to. Default: false. */
  readonly unsafe?: boolean | undefined;
}

/** Nobody but the user may connect. */
const DEFAULT_MODE = 0o600;

/**
 * A server of consoles: each client gets Node's REPL inside the running program, with `await`, `_` and variables of
 * its own, and can do whatever the program can. So it listens on this machine alone: on `127.0.0.1`, `::1`, or on a
 * Unix-domain socket that no other user can open, unless `{ unsafe: true }`. gevent: `backdoor.BackdoorServer`.
 *
 * In each console there are `greenlets()`, all that are alive, by id; `tree()`, who spawned whom and what they wait
 * for; and `kill(id)`. `quit()`, `exit()`, `.exit` and a SystemExit end that console alone, Ctrl-C interrupts what it
 * waits for. A console runs in the greenlet of its connection, and ends with it; `stop()` ends all of them at once.
 *
 * @example
 * const server = new BackdoorServer('127.0.0.1:5001', { banner: 'Hello', locals: { users } });
 * await server.start(); // then: nc 127.0.0.1 5001
 */
export class BackdoorServer extends StreamServer {
  readonly #session: SessionSettings;
  readonly #isUnsafe: boolean;

  /** @throws {TypeError} others could connect, and `unsafe` was not given; or an argument makes no sense */
  constructor(listener: ListenerOption, options: BackdoorServerOptions = {}) {
    const { name } = new.target;
    checkOptions(options, `${name}(options)`);
    const { locals = {}, banner = defaultBanner(), token, unsafe, ...rest } = options;
    checkFlag(unsafe, `${name}({ unsafe })`);
    checkText(banner, `${name}({ banner })`);
    if (token !== undefined) checkText(token, `${name}({ token })`);
    if (typeof locals !== 'object' || locals === null)
      throw new TypeError(mismatch(`${name}({ locals })`, 'an object', locals));
    super(listener, undefined, {
      ...rest,
      stopTimeout: rest.stopTimeout === undefined ? 0 : rest.stopTimeout,
    });
    this.mode ??= DEFAULT_MODE;
    this.#isUnsafe = unsafe === true;
    this.#check(this.socket ?? this.address, `${name}(listener)`);
    this.#session = {
      names: { greenlets, tree, kill: killById, ...locals },
      banner: `${banner}\n`,
      token,
    };
  }

  override setListener(listener: ListenerOption): void {
    const name = 'setListener(listener)';
    this.#check(listener instanceof Socket ? listener : parseAddress(listener, name), name);
    super.setListener(listener);
  }

  /** Talks with one client, until it goes. Parks. */
  override async handle(socket: Socket): Promise<void> {
    await new BackdoorSession(socket, this.#session).run();
  }

  /** @internal */
  protected override async openSocket(): Promise<Socket> {
    this.#check(this.address, this.constructor.name);
    const socket = await super.openSocket();
    try {
      // What a name has turned out to be, and what has become of the file.
      this.#check(socket, this.constructor.name);
      return socket;
    } catch (error) {
      socket.close();
      throw error;
    }
  }

  #check(listener: Address | Socket, name: string): void {
    if (!this.#isUnsafe) checkPrivate(listener, this.mode, name);
  }
}

function defaultBanner(): string {
  return `gevent-ts ${version}, Node ${process.version}, process ${process.pid}: greenlets(), tree(), kill(id), quit()`;
}

function checkText(value: unknown, name: string): void {
  if (typeof value !== 'string') throw new TypeError(mismatch(name, 'a string', value));
}
