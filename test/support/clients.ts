// What the tests with clients of others share: servers of this process, and programs that speak to them.
import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { test } from 'node:test';
import { getHub } from '../../src/hub.ts';
import { HTTPServer, type HTTPServerOptions, nodeHandler } from '../../src/http.ts';
import { type Environ, type StartResponse, WSGIServer } from '../../src/pywsgi.ts';
import { missing } from './example-process.ts';
import { until } from './footprint.ts';
import { assertNothingLeft } from './kernel.ts';
import { openSockets } from './sockets.ts';

/** A server of any kind. */
interface Startable {
  start(): Promise<void>;
  stop(options: { readonly timeout: number }): Promise<number>;
}

/** How a program ended. */
export interface Spoken {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a test with clients is given. */
export interface ClientWorld {
  /** Starts a server, which is stopped with the test. */
  serve<T extends Startable>(server: T): Promise<T>;
  /** Runs a program to its end; it is told `input`, and then the end of it. */
  run(program: string, args: readonly string[], input?: string): Promise<Spoken>;
  /** Starts a program, which is ended with the test. */
  start(program: string, args: readonly string[]): Speaker;
  /** The errors printed so far, which the test expected: they are taken away. */
  takePrinted(): string;
}

/** A program that runs. */
export interface Speaker {
  readonly child: ChildProcessWithoutNullStreams;
  /** Waits until it has printed `text`. */
  said(text: string): Promise<void>;
  readonly ended: Promise<Spoken>;
}

/** A program that takes longer than this is stopped, and so has failed. */
const LIMIT_SECONDS = 60;

/**
 * A test with a program that may not be installed. It fails when it leaves a greenlet, a wait, a timer or a descriptor,
 * or prints an error that it does not take.
 */
export function clientTest(
  programs: readonly string[],
  name: string,
  body: (world: ClientWorld) => Promise<unknown>,
): void {
  const skip = programs.map(missing).find((reason) => reason !== false) ?? false;
  test(name, { skip, timeout: 120_000 }, () => runWorld(body));
}

async function runWorld(body: (world: ClientWorld) => Promise<unknown>): Promise<void> {
  const hub = getHub();
  const { exceptionStream } = hub;
  const printed: string[] = [];
  const unhandled: unknown[] = [];
  const onUnhandled = (reason: unknown): void => void unhandled.push(reason);
  const servers: Startable[] = [];
  const speakers: Speaker[] = [];
  const start = (program: string, args: readonly string[]): Speaker => {
    const speaker = startProgram(program, args);
    speakers.push(speaker);
    return speaker;
  };
  hub.exceptionStream = { write: (text) => printed.push(text) };
  process.on('unhandledRejection', onUnhandled);
  const before = openSockets();
  try {
    await body({
      serve: async (server) => {
        servers.push(server);
        await server.start();
        return server;
      },
      run: (program, args, input = '') => {
        const speaker = start(program, args);
        speaker.child.stdin.end(input);
        return speaker.ended;
      },
      start,
      takePrinted: () => printed.splice(0).join(''),
    });
  } finally {
    for (const { child, ended } of speakers) {
      child.kill('SIGKILL');
      await ended;
    }
    for (const server of servers) await server.stop({ timeout: 1 });
    process.off('unhandledRejection', onUnhandled);
    hub.exceptionStream = exceptionStream;
  }
  assert.deepEqual(printed, [], 'errors were printed that the test did not expect');
  assert.deepEqual(unhandled, [], 'unhandled rejections');
  await until(
    () => hub.statistics().alive === 0 && hub.loop.statistics().timers === 0,
    'the last greenlet',
    20,
  );
  assertNothingLeft();
  await until(() => openSockets() <= before, 'the sockets to be closed', 20);
}

function startProgram(program: string, args: readonly string[]): Speaker {
  const child = spawn(program, args, { stdio: 'pipe' });
  let stdout = '';
  let stderr = '';
  let isOver = false;
  let tell = (): void => {};
  const limit = setTimeout(() => child.kill('SIGKILL'), LIMIT_SECONDS * 1000);
  child.stdout.setEncoding('latin1').on('data', (text: string) => {
    stdout += text;
    tell();
  });
  child.stderr.setEncoding('latin1').on('data', (text: string) => (stderr += text));
  child.stdin.on('error', () => {});
  const ended = new Promise<Spoken>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(limit);
      isOver = true;
      resolve({ code, stdout, stderr });
      tell();
    });
  });
  return {
    child,
    ended,
    async said(text) {
      while (!stdout.includes(text)) {
        if (isOver) assert.fail(`${program} never said ${text}, but:\n${stdout}\n${stderr}`);
        await new Promise<void>((resolve) => (tell = resolve));
      }
    },
  };
}

/** The three faces of HTTP; each serves an application that says what it was asked. */
export const FACES = ['fetch', 'node', 'wsgi'] as const;
export type Face = (typeof FACES)[number];

/** A server whose every answer is `METHOD PATH LENGTH-OF-THE-BODY`. */
export function describer(face: Face, options: HTTPServerOptions = {}): HTTPServer {
  const quiet: HTTPServerOptions = { log: null, errorLog: null, ...options };
  switch (face) {
    case 'fetch':
      return new HTTPServer('127.0.0.1:0', describeFetch, quiet);
    case 'node':
      return new HTTPServer('127.0.0.1:0', nodeHandler(describeNode), quiet);
    case 'wsgi':
      return new WSGIServer('127.0.0.1:0', describeWsgi, { ...quiet, log: null, errorLog: null });
  }
}

async function describeFetch(request: Request): Promise<Response> {
  const { byteLength } = await request.arrayBuffer();
  return new Response(`${request.method} ${new URL(request.url).pathname} ${byteLength}`);
}

const describeNode: Parameters<typeof nodeHandler>[0] = async (request, response) => {
  let length = 0;
  for await (const chunk of request) length += (chunk as Buffer).length;
  response.end(`${request.method} ${request.url} ${length}`);
};

async function describeWsgi(environ: Environ, startResponse: StartResponse): Promise<string[]> {
  const { length } = await environ['wsgi.input'].read();
  const text = `${environ.REQUEST_METHOD} ${environ.PATH_INFO} ${length}`;
  startResponse('200 OK', [['Content-Length', String(text.length)]]);
  return [text];
}
