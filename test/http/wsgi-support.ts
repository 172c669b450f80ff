// A WSGI server on a free port, and clients that see every byte.
import { type Socket, connect } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { getHub } from '../../src/hub.ts';
import { type WSGIApplication, WSGIServer, type WSGIServerOptions } from '../../src/pywsgi.ts';
import { assertNothingLeft, registered } from '../support/kernel.ts';

/** What a raw client sees. */
export interface RawClient {
  readonly socket: Socket;
  /** Everything that came so far. */
  readonly text: string;
  /** Waits until what came matches; answers all that came so far. */
  until(pattern: RegExp): Promise<string>;
  /** Waits for the end of the connection; answers all that came. */
  end(): Promise<string>;
}

/** Connects, and sends `text`. */
export function rawClient(port: number, text = ''): RawClient {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let received = '';
  let isOver = false;
  socket.setEncoding('latin1');
  let wake: () => void = () => {};
  socket.on('data', (data: string) => {
    received += data;
    wake();
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    isOver = true;
    wake();
  });
  const change = (): Promise<void> => new Promise((resolve) => (wake = resolve));
  socket.write(text, 'latin1');
  return {
    socket,
    get text() {
      return received;
    },
    async until(pattern) {
      while (!pattern.test(received)) {
        if (isOver) throw new Error(`closed before ${pattern} came: ${received}`);
        await change();
      }
      return received;
    },
    async end() {
      while (!isOver) await change();
      return received;
    },
  };
}

/** Sends a request that closes its connection, and answers all that came back. */
export function ask(port: number, ...lines: string[]): Promise<string> {
  const [first, ...headers] = lines;
  return rawClient(
    port,
    `${first}\r\nHost: test\r\nConnection: close\r\n${headers.map((line) => `${line}\r\n`).join('')}\r\n`,
  ).end();
}

/** Head and body of a response. */
export function split(response: string): { readonly head: string; readonly body: string } {
  const end = response.indexOf('\r\n\r\n');
  return { head: response.slice(0, end), body: response.slice(end + 4) };
}

/** Runs `body` and answers what was printed meanwhile of errors that nobody caught. */
export async function printedBy(body: () => Promise<unknown>): Promise<string> {
  const hub = getHub();
  const { exceptionStream } = hub;
  let printed = '';
  hub.exceptionStream = { write: (text) => (printed += text) };
  try {
    await body();
  } finally {
    hub.exceptionStream = exceptionStream;
  }
  return printed;
}

/** A server that is tested. */
export interface Running {
  readonly server: WSGIServer;
  readonly port: number;
  /** The lines of the access log so far. */
  readonly log: string[];
  /** What was written to the error log so far. */
  errors(): string;
}

/** Runs a WSGI server while `body` runs; afterwards nothing of it may be left. */
export async function withWsgi(
  application: WSGIApplication,
  body: (running: Running) => Promise<void>,
  options: WSGIServerOptions = {},
): Promise<void> {
  let errors = '';
  const log: string[] = [];
  const server = new WSGIServer(['127.0.0.1', 0], application, {
    log: (line: string) => log.push(line),
    errorLog: { write: (text) => (errors += text) },
    ...options,
  });
  await server.start();
  try {
    await body({ server, port: server.serverPort as number, log, errors: () => errors });
  } finally {
    await server.stop({ timeout: 5 });
  }
  await nothingLeft();
}

/** Waits until nothing is registered with the kernel; fails when that does not come. */
export async function nothingLeft(): Promise<void> {
  for (let turn = 0; turn < 200 && hasSomethingLeft(); turn += 1) await setTimeout(5);
  assertNothingLeft();
}

function hasSomethingLeft(): boolean {
  const { alive, ready, timers, waits } = registered();
  return alive + ready + timers + waits.length > 0;
}
