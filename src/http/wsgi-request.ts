/** From a request as Node parsed it to the variables that an application reads. */
import type { IncomingMessage } from 'node:http';
import type { Environ } from './wsgi-environ.ts';

/** @internal What stands between the method and the version: path and query, or a whole URL. */
export interface RequestTarget {
  readonly path: string;
  readonly query: string;
  /** The host of a whole URL, as proxies send it. */
  readonly authority: string | undefined;
}

/** @internal */
export function parseTarget(target: string): RequestTarget {
  const [, authority, rest] = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)(.*)$/is.exec(target) ?? [];
  const local = rest ?? target;
  const mark = local.indexOf('?');
  const path = mark === -1 ? local : local.slice(0, mark);
  return { path: path === '' ? '/' : path, query: mark === -1 ? '' : local.slice(mark + 1), authority };
}

/** @internal The characters that percent escapes stand for, as UTF-8; what is no escape stays as it is. */
export function unquote(text: string): string {
  // oxlint-disable-next-line no-control-regex -- every ASCII character is meant
  if (!text.includes('%') && /^[\x00-\x7f]*$/.test(text)) return text;
  const bytes = text.replace(/%([0-9a-f]{2})/gi, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

/** @internal Adds what this request says to what the server says of all requests. */
export function describeRequest(environ: Environ, request: IncomingMessage): void {
  const { socket } = request;
  const { path, query, authority } = parseTarget(request.url ?? '/');
  environ.REQUEST_METHOD = request.method ?? 'GET';
  environ.SCRIPT_NAME ??= '';
  environ.PATH_INFO = unquote(path);
  environ.QUERY_STRING = query;
  environ.SERVER_PROTOCOL = `HTTP/${request.httpVersion}`;
  environ.REMOTE_ADDR = socket.remoteAddress ?? '';
  environ.REMOTE_PORT = socket.remotePort === undefined ? '' : String(socket.remotePort);
  environ['wsgi.url_scheme'] ??= 'encrypted' in socket && socket.encrypted === true ? 'https' : 'http';
  addHeaders(environ, request.rawHeaders);
  // The host of the URL counts, whatever the header says.
  if (authority !== undefined) environ.HTTP_HOST = authority;
}

function addHeaders(environ: Environ, rawHeaders: readonly string[]): void {
  const variables = environ as Record<string, unknown>;
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    const value = rawHeaders[index + 1] as string;
    // X_Y would pass for X-Y, which somebody in front of us may have checked.
    if (name.includes('_')) continue;
    const key = variableOf(name);
    const before = variables[key];
    variables[key] = before === undefined ? value : `${before as string}${separator(key)}${value}`;
  }
}

function variableOf(name: string): string {
  const key = name.toUpperCase().replaceAll('-', '_');
  return key === 'CONTENT_TYPE' || key === 'CONTENT_LENGTH' ? key : `HTTP_${key}`;
}

function separator(key: string): string {
  return key === 'HTTP_COOKIE' ? '; ' : ',';
}
