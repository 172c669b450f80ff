// A fetch handler behind the engine, and requests to it.
import { type Client, type Served, type World, engineTest } from '../support/http.ts';
import type { HTTPServerOptions } from '../../src/http/options.ts';
import { type FetchFunction, type FetchHandlerOptions, fetchHandler } from '../../src/http/fetch-handler.ts';
import { restoreFetchGlobals } from '../../src/http/fetch-globals.ts';

export interface FetchServed extends Served {
  /** Sends a request on a connection of its own, and answers what came back. */
  ask(head: string, body?: string): Promise<Answer>;
  /** Sends the beginning of a request, and leaves the connection open. */
  begin(head: string, body?: string): Promise<Client>;
}

/** An answer, taken apart by hand. */
export interface Answer {
  readonly status: number;
  readonly statusText: string;
  /** Each line, with its name in small letters. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
  header(name: string): string | undefined;
}

/** A test with a fetch handler; the globals are put back behind it. */
export function fetchTest(
  name: string,
  body: (serve: (handle: FetchFunction, options?: Options) => Promise<FetchServed>, world: World) => unknown,
): void {
  engineTest(name, async (world) => {
    try {
      await body((handle, options) => serveFetch(world, handle, options), world);
    } finally {
      restoreFetchGlobals();
    }
  });
}

export interface Options extends FetchHandlerOptions {
  readonly engine?: HTTPServerOptions;
}

async function serveFetch(world: World, handle: FetchFunction, options: Options = {}): Promise<FetchServed> {
  const { engine = {}, ...rest } = options;
  const served = await world.serve(fetchHandler(handle, rest), engine);
  const begin = async (head: string, body = ''): Promise<Client> => {
    const client = await served.connect();
    client.send(requestText(head, body));
    return client;
  };
  return Object.assign(served, {
    begin,
    async ask(head: string, body = ''): Promise<Answer> {
      const text = requestText(`${head}\nConnection: close`, body);
      return parseAnswer(await served.exchange(text));
    },
  });
}

/** `GET /path` and header lines below it, as it goes on the wire; a host and a length are added. */
export function requestText(head: string, body = ''): string {
  const [first = '', ...lines] = head.split('\n');
  const isWhole = / HTTP\/1\.[01]$/.test(first);
  const has = (name: string): boolean => lines.some((line) => line.toLowerCase().startsWith(`${name}:`));
  if (!has('host') && !first.endsWith('HTTP/1.0')) lines.push('Host: test:81');
  if (body !== '' && !has('content-length') && !has('transfer-encoding'))
    lines.push(`Content-Length: ${Buffer.byteLength(body, 'latin1')}`);
  return [isWhole ? first : `${first} HTTP/1.1`, ...lines, '', body].join('\r\n');
}

export function parseAnswer(text: string): Answer {
  const end = text.indexOf('\r\n\r\n');
  const [first = '', ...lines] = text.slice(0, end).split('\r\n');
  const [, status, statusText = ''] = /^HTTP\/1\.1 (\d{3}) (.*)$/.exec(first) ?? [];
  const headers = lines.map((line): [string, string] => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  const header = (name: string): string | undefined => headers.find(([each]) => each === name)?.[1];
  const rest = text.slice(end + 4);
  const body = header('transfer-encoding') === 'chunked' ? unchunk(rest) : rest;
  return { status: Number(status), statusText, headers, body, header };
}

/** A chunked body put together; one that breaks off ends in `(broken)`. */
function unchunk(text: string): string {
  let whole = '';
  for (let rest = text; ;) {
    const [line, size] = /^([\da-f]+)\r\n/.exec(rest) ?? [];
    if (line === undefined || size === undefined) return `${whole}(broken)`;
    const length = Number.parseInt(size, 16);
    if (length === 0) return whole;
    whole += rest.slice(line.length, line.length + length);
    rest = rest.slice(line.length + length + 2);
  }
}
