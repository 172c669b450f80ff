/** Answers that the engine gives by itself: a status, its name as the text, and no details. */
import { STATUS_CODES, type ServerResponse } from 'node:http';

/** @internal The name of a status. */
export function reasonOf(status: number): string {
  return STATUS_CODES[status] ?? 'Unknown';
}

/**
 * @internal Answers with a status in place of whatever was prepared, and has the connection closed behind it. Answers
 * false when it is too late for that.
 */
export function refuse(response: ServerResponse, status: number): boolean {
  if (response.headersSent || response.destroyed) return false;
  for (const name of response.getHeaderNames()) response.removeHeader(name);
  response.shouldKeepAlive = false;
  sendPlain(response, status, ['Connection', 'close']);
  return true;
}

/** @internal Sends a status with its name as the text. */
export function sendPlain(response: ServerResponse, status: number, headers: readonly string[]): void {
  const text = reasonOf(status);
  const length = String(text.length);
  response.writeHead(status, text, [
    ...headers,
    'Content-Type',
    'text/plain',
    'Content-Length',
    length,
  ] as never);
  response.end(text);
}

/** @internal An answer to what is no request: the bytes to be sent. */
export function plainAnswer(status: number): string {
  const text = reasonOf(status);
  return `HTTP/1.1 ${status} ${text}\r\nConnection: close\r\nContent-Type: text/plain\r\nContent-Length: ${text.length}\r\n\r\n${text}`;
}

/** What node:http reports of a client's doing. */
export interface ClientError extends Error {
  readonly code?: string;
  readonly rawPacket?: Buffer;
}

/**
 * @internal The status that answers what could not be read; 0 when there is nothing to answer: the connection broke,
 * or something came behind a request that said it was the last.
 */
export function statusOfClientError(error: ClientError): number {
  const { code = '' } = error;
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return 408;
  if (code === 'HPE_HEADER_OVERFLOW') return isRequestLine(error.rawPacket) ? 414 : 431;
  if (code === 'HPE_CHUNK_EXTENSIONS_OVERFLOW') return 413;
  if (code === 'HPE_CLOSED_CONNECTION') return 0;
  return code.startsWith('HPE_') ? 400 : 0;
}

/** True for the beginning of a request whose first line does not end. */
function isRequestLine(bytes: Buffer | undefined): boolean {
  return bytes !== undefined && !bytes.includes('\n') && /^[A-Z-]+ /.test(bytes.toString('latin1', 0, 32));
}

/** @internal The first line of what could not be read, for the log; empty where there is none. */
export function firstLine(error: ClientError): string {
  const text = error.rawPacket?.toString('latin1', 0, 200) ?? '';
  const end = text.search(/[\r\n]/);
  return end === -1 ? text : text.slice(0, end);
}
