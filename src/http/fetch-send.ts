/**
 * Sends what a fetch handler has returned. A body that is known goes out in one write, with its length, and nothing
 * parks; one that comes bit by bit is sent as it comes.
 */
import type { ServerResponse } from 'node:http';
import { mismatch } from '../base/check.ts';
import { ResponseHead, listOfHeaders, withoutEncoding } from './fetch-head.ts';
import { type LightBody, LightResponse, TEXT_HEADERS, TEXT_TYPE } from './fetch-response.ts';
import { cancelQuietly, sendStream } from './fetch-stream.ts';

/** What node:http keeps on a response and does not write about. */
interface Internals {
  _header: string | null;
}

/**
 * Node before 24 ends a response with a second, empty write, and gathers the two: with the text behind the head in one
 * string there is one plain write, which takes a tenth less of a request. (Node 24 has found a way of its own.)
 */
const HAS_EMPTY_WRITE = Number(process.versions.node.split('.')[0]) < 24;

/** @internal Sends a response. Parks, and answers a promise, when its body comes bit by bit. */
export function sendResponse(result: unknown, outgoing: ServerResponse): Promise<void> | undefined {
  if (typeof result !== 'object' || result === null) return refuseResult(result);
  if (LightResponse.isLight(result)) {
    const list = LightResponse.listOf(result);
    const body = LightResponse.takeBody(result);
    if (list !== undefined && body !== undefined) {
      if (list === TEXT_HEADERS && typeof body === 'string' && result.statusText === '')
        return sendText(outgoing, result.status, body);
      return sendBody(outgoing, new ResponseHead(result.status, result.statusText, list), body);
    }
    return sendReal(outgoing, LightResponse.toReal(result), body, LightResponse.sizeOf(result));
  }
  if (!isSendable(result)) return refuseResult(result);
  return sendReal(outgoing, result, undefined, undefined);
}

/** What a Response must have, in order to be sent: another library may have made it, of its own. */
interface Sendable {
  readonly status: number;
  readonly statusText?: string;
  readonly headers: Iterable<readonly [string, string]>;
  readonly body: ReadableStream<Uint8Array> | null;
  readonly bodyUsed?: boolean;
  readonly url?: string;
}

function isSendable(value: object): value is Sendable {
  const { status, headers, body } = value as Partial<Sendable>;
  return (
    typeof status === 'number' &&
    typeof headers === 'object' &&
    headers !== null &&
    Symbol.iterator in headers &&
    (body === null || typeof body?.getReader === 'function')
  );
}

function refuseResult(result: unknown): never {
  throw new TypeError(mismatch('HTTPServer(handle)', 'a Response to be returned', result));
}

/** Text, without headers of its own. */
function sendText(outgoing: ServerResponse, status: number, text: string): undefined {
  outgoing.writeHead(status, ['Content-Type', TEXT_TYPE, 'Content-Length', String(Buffer.byteLength(text))]);
  endWithText(outgoing, text);
}

/**
 * @param body what is known of it
 * @param size how long it is, where only that is known
 */
function sendReal(
  outgoing: ServerResponse,
  response: Sendable,
  body: LightBody | undefined,
  size: number | undefined,
): Promise<void> | undefined {
  const { status, statusText = '', url = '', bodyUsed = false } = response;
  if (status < 200 || status > 599)
    throw new TypeError(mismatch('HTTPServer(handle)', 'a Response with a status from 200 to 599', status));
  let list: readonly string[] = listOfHeaders(response.headers);
  if (url !== '' && response.body !== null) list = withoutEncoding(list);
  const head = new ResponseHead(status, statusText, list);
  if (body !== undefined) return sendBody(outgoing, head, body);
  head.length = size ?? head.length;
  if (bodyUsed) throw new TypeError('Cannot send the Response: its body has been used already');
  return sendBody(outgoing, head, response.body);
}

function sendBody(
  outgoing: ServerResponse,
  head: ResponseHead,
  body: LightBody | ReadableStream<Uint8Array>,
): Promise<void> | undefined {
  if (outgoing.req.method === 'HEAD' || head.status === 204 || head.status === 304) {
    sendWithoutBody(outgoing, head, body);
  } else if (body === null) {
    head.write(outgoing, 0);
    outgoing.end();
  } else if (typeof body === 'string') {
    head.write(outgoing, Buffer.byteLength(body));
    if (head.isAscii) endWithText(outgoing, body);
    else outgoing.end(Buffer.from(body));
  } else if (Buffer.isBuffer(body)) {
    head.write(outgoing, body.length);
    outgoing.end(body);
  } else return sendStream(outgoing, head, body);
  return undefined;
}

/** The length of what is not sent is the handler's to know, where we do not know it. */
function sendWithoutBody(
  outgoing: ServerResponse,
  head: ResponseHead,
  body: LightBody | ReadableStream<Uint8Array>,
): void {
  let { length } = head;
  if (head.status === 204) length = undefined;
  else if (typeof body === 'string') length = Buffer.byteLength(body);
  else if (Buffer.isBuffer(body)) length = body.length;
  else if (body !== null) cancelQuietly(body);
  head.write(outgoing, length);
  outgoing.end();
}

/** Ends a response whose head has been written, and is ASCII, with text. */
function endWithText(outgoing: ServerResponse, text: string): void {
  const internals = outgoing as unknown as Internals;
  if (outgoing.req.method === 'HEAD') outgoing.end();
  else if (HAS_EMPTY_WRITE && typeof internals._header === 'string') {
    internals._header += text;
    outgoing.flushHeaders();
    outgoing.end();
  } else outgoing.end(text);
}
