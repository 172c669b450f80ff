/** Lines of the access log for requests: those that were served, and those that were refused. */
import type { ServerResponse } from 'node:http';
import { wallClock } from '../base/native.ts';
import { type AccessLogTarget, writeAccessEntry } from './access-log.ts';

/** What a line is about. */
export interface Loggable {
  readonly requestLine: string;
  readonly response: ServerResponse;
  /** Bytes sent. */
  readonly sent: number;
  /** Seconds since it came. */
  readonly age: number;
}

/** @internal */
export function logRequest(log: AccessLogTarget, client: string, about: Loggable): void {
  const { requestLine, response, sent, age } = about;
  const status = response.headersSent ? response.statusCode : 0;
  writeAccessEntry(log, {
    client,
    time: new Date(wallClock()),
    requestLine,
    status,
    length: sent,
    seconds: age,
  });
}

/** @internal A line for what the engine refused by itself. */
export function logRefusal(log: AccessLogTarget, client: string, requestLine: string, status: number): void {
  const time = new Date(wallClock());
  writeAccessEntry(log, { client, time, requestLine, status, length: 0, seconds: 0 });
}
