/** What a request must be like before a handler sees it, beyond what the parser refuses by itself. */
import type { HTTPSettings } from './options.ts';
import { EngineRequest, MAX_DRAIN, type RequestKeeper } from './incoming.ts';

// Whatever could make one host out of two, or a path out of a host.
const BAD_HOST = /[\s,/?#@\\"<>]/;

// `GET` and its like for a whole URL, as proxies are asked.
const ABSOLUTE = /^https?:\/\/[^/?#]/i;

/** @internal The status that refuses the request; 0 when it may be served. */
export function refusalOf(request: EngineRequest, settings: HTTPSettings): number {
  const { url = '', method = '' } = request;
  if (request.httpVersionMajor !== 1 || request.httpVersionMinor > 1) return 400;
  // A method, a space, the target, and " HTTP/1.1".
  if (url.length + method.length + 10 > settings.maxRequestLine) return 414;
  if (url.charCodeAt(0) !== 47 && !isTarget(url, method)) return 400;
  return refusalOfHeaders(request, settings);
}

function isTarget(url: string, method: string): boolean {
  return method === 'CONNECT' || ABSOLUTE.test(url) || (url === '*' && method === 'OPTIONS');
}

function refusalOfHeaders(request: EngineRequest, settings: HTTPSettings): number {
  const { rawHeaders, headers } = request;
  if (rawHeaders.length > 2 * settings.maxHeaders) return 431;
  const { host } = headers;
  if (host === undefined) {
    if (request.httpVersionMinor === 1) return 400;
  } else if (BAD_HOST.test(host) || hasSecondHost(rawHeaders)) return 400;
  const length = headers['content-length'];
  const encoding = headers['transfer-encoding'];
  if (encoding !== undefined) {
    // Either one alone says how long the body is; there were no chunks in 1.0; and nothing else is undone here.
    if (length !== undefined || request.httpVersionMinor === 0 || encoding.toLowerCase() !== 'chunked')
      return 400;
  } else if (length !== undefined && Number(length) > settings.maxBodySize) return 413;
  return 0;
}

/** node:http keeps the first of several; whoever stands before us may have gone by the last. */
function hasSecondHost(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  return count > 1;
}

/** @internal True when a body comes with the request. */
export function hasBody(request: EngineRequest): boolean {
  const { headers } = request;
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** @internal Has the body counted while it comes, where its length is unknown, or more than may be thrown away. */
export function watchBody(request: EngineRequest, keeper: RequestKeeper, limit: number): void {
  const length = request.headers['content-length'];
  if (length === undefined || Number(length) > MAX_DRAIN) EngineRequest.watchBody(request, keeper, limit);
}
