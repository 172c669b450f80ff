/**
 * The access log, a line for each request, as gevent writes it:
 *
 *   127.0.0.1 - - [2031-05-04 13:14:15] "GET /index.html HTTP/1.1" 200 1270 0.000612
 *   client          when it was over     request line          status bytes seconds
 *
 * The bytes are those that went to the client, headers included; `-` when there were none. Where a request broke off
 * before there was an answer, the status is 000.
 */
import { mismatch } from '../base/check.ts';
import { wallClock } from '../base/native.ts';
import { reportUncaught } from '../core/uncaught.ts';

/** What a log line was made of. */
export interface AccessEntry {
  /** The client's address; empty where it has none (Unix-domain sockets). */
  readonly client: string;
  /** When the request was over. */
  readonly time: Date;
  /** `GET / HTTP/1.1`, as it came. */
  readonly requestLine: string;
  /** The status of the answer; 0 when there was none. */
  readonly status: number;
  /** How many bytes the client was sent. */
  readonly length: number;
  /** How long it took, in seconds. */
  readonly seconds: number;
}

/** Something that lines are written to: `process.stderr`, a file stream, an array's wrapper. */
export interface LogStream {
  write(text: string): unknown;
}

/** Where the access log goes: a stream, or a function that is given each line, without its end, and its parts. */
export type AccessLogTarget = LogStream | ((line: string, entry: AccessEntry) => unknown);

/** @internal stderr, when nothing is given. */
export function checkLogStream(value: unknown, name: string): LogStream {
  if (value === undefined) return stderr;
  const isStream =
    typeof value === 'object' && value !== null && typeof (value as Partial<LogStream>).write === 'function';
  if (!isStream) throw new TypeError(mismatch(name, 'something with write(), or null', value));
  return value as LogStream;
}

/** @internal */
export function checkAccessLog(value: unknown, name: string): AccessLogTarget {
  return typeof value === 'function' ? (value as AccessLogTarget) : checkLogStream(value, name);
}

const stderr: LogStream = { write: (text) => process.stderr.write(text) };

/** @internal Writes an entry; a log that fails is reported, and harms nobody. */
export function writeAccessEntry(target: AccessLogTarget, entry: AccessEntry): void {
  const line = formatAccessEntry(entry);
  try {
    if (typeof target === 'function') target(line, entry);
    else target.write(`${line}\n`);
  } catch (error) {
    reportUncaught(target, error);
  }
}

/** The line of the access log for an entry, without its end. */
export function formatAccessEntry(entry: AccessEntry): string {
  const { client, time, requestLine, status, length, seconds } = entry;
  const code = String(status).padStart(3, '0');
  const shown = `${escapeText(client) || '-'} - - [${formatTime(time)}] "${escapeText(requestLine)}"`;
  return `${shown} ${code} ${length > 0 ? length : '-'} ${seconds.toFixed(6)}`;
}

/** @internal Writes a line about something that went wrong, with client and time in front. */
export function writeErrorLine(target: LogStream, client: string, text: string): void {
  const time = formatTime(new Date(wallClock()));
  try {
    target.write(`${escapeText(client) || '-'} - - [${time}] ${escapeText(text)}\n`);
  } catch (error) {
    reportUncaught(target, error);
  }
}

// What would end the line, move the cursor of a terminal, or look like the end of a quoted part.
// oxlint-disable-next-line no-control-regex -- control characters are what it is about
const UNSAFE = /[\u0000-\u001F"\\\u007F-\u009F\u2028\u2029]/g;

/** @internal Text from outside, made safe to be printed. */
export function escapeText(text: string): string {
  return text.replace(UNSAFE, escapeCharacter);
}

function escapeCharacter(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  const code = character.charCodeAt(0);
  return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
}

let latestSecond = NaN;
let latestText = '';

/** Local time to the second; most lines are of the same second as the line before. */
function formatTime(time: Date): string {
  const second = Math.floor(time.getTime() / 1000);
  if (second !== latestSecond) {
    latestSecond = second;
    const two = (part: number): string => String(part).padStart(2, '0');
    const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
    latestText = `${date} ${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  }
  return latestText;
}
