/** What an HTTP server is told: limits, time limits, logs, and when it refuses to take on more. */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  checkFlag,
  checkFunction,
  checkInteger,
  checkOptions,
  checkSeconds,
  mismatch,
} from '../base/check.ts';
import type { Seconds } from '../core/timeout.ts';
import { type AccessLogTarget, type LogStream, checkAccessLog, checkLogStream } from './access-log.ts';

/**
 * Takes over a connection whose client asked for another protocol (`Upgrade`), or for a tunnel (`CONNECT`). Called in a
 * greenlet of its own, which lives until the socket has closed; such a connection is not in the access log.
 *
 * @param head what the client has sent behind the request already
 */
export type UpgradeHook = (request: IncomingMessage, socket: Duplex, head: Buffer) => unknown;

/** When requests are answered with 503 before anything is done for them. A limit left out is none. */
export interface ShedOptions {
  /** The most requests that may be in the server at once, those that wait for their turn included. */
  maxRequests?: number;
  /** The most requests that may wait for their turn: read, with a handler that has not begun. */
  maxQueued?: number;
  /** Seconds by which the event loop may be late. */
  maxLag?: Seconds;
  /** After how many seconds the client may try again: the `Retry-After` header. Default 1. */
  retryAfter?: Seconds;
}

/** How an HTTP server works. Sizes are in bytes, times in seconds; Infinity lifts a limit. */
export interface HTTPServerOptions {
  /** The most bytes that the request line and the headers may have together; 431 beyond. Default 16384. */
  maxHeaderSize?: number;
  /** The most headers a request may have; 431 beyond. Default 100. */
  maxHeaders?: number;
  /** The longest request line; 414 beyond. Default 8192. */
  maxRequestLine?: number;
  /**
   * The longest body; 413 beyond: before the handler begins when the length is announced, else while it comes.
   * Default 134217728 (128 MiB).
   */
  maxBodySize?: number;
  /** How long a client may take to send the headers, from its connecting or its last answer on; then 408. Default 30. */
  headersTimeout?: Seconds;
  /** How long a client may take to send a whole request; then 408. Default 300. */
  requestTimeout?: Seconds;
  /** How long a connection may be idle between two requests. Default 5. */
  keepAliveTimeout?: Seconds;
  /** How long a client may take nothing of an answer that waits to be sent; then its connection is cut. Default 60. */
  sendTimeout?: Seconds;
  /**
   * How long a handler may take: then a Timeout is raised in it, and unless it answers all the same, the client gets
   * 503. Default: any time.
   */
  handlerTimeout?: Seconds;
  /** How many requests a connection may bring before it is closed. Default: any number. */
  maxRequestsPerConnection?: number;
  /**
   * Where the access log goes, a line for each request: something with `write`, or a function that is given the line
   * and what it was made of. Default stderr; null writes none.
   */
  log?: AccessLogTarget | null;
  /** Where it is written that a request was refused because it makes no sense. Default stderr; null: nowhere. */
  errorLog?: LogStream | null;
  /**
   * Whether the greenlet of a request is killed when its client goes before it is answered. A client that ends its
   * side of the connection counts as gone; with false such a client is served to the end. Default true.
   */
  killOnDisconnect?: boolean;
  /** Takes over connections of clients that ask for another protocol. Without it they are served as any other. */
  upgrade?: UpgradeHook;
  /** When to answer 503 with `Retry-After`. Default: never. */
  shed?: ShedOptions;
}

/** @internal The options, checked, with everything that was left out. */
export interface HTTPSettings {
  readonly maxHeaderSize: number;
  readonly maxHeaders: number;
  readonly maxRequestLine: number;
  readonly maxBodySize: number;
  readonly headersTimeout: Seconds;
  readonly requestTimeout: Seconds;
  readonly keepAliveTimeout: Seconds;
  readonly sendTimeout: Seconds;
  readonly handlerTimeout: Seconds;
  readonly maxRequestsPerConnection: number;
  readonly log: AccessLogTarget | undefined;
  readonly errorLog: LogStream | undefined;
  readonly killOnDisconnect: boolean;
  readonly upgrade: UpgradeHook | undefined;
  readonly shed: ShedOptions | undefined;
}

/**
 * @internal Refuses options that make no sense, and fills in the others.
 *
 * @param name who was given them: `HTTPServer`
 */
export function checkHttpOptions(options: HTTPServerOptions, name: string): HTTPSettings {
  checkOptions(options, `${name}(options)`);
  const { upgrade, shed } = options;
  checkFlag(options.killOnDisconnect, `${name}({ killOnDisconnect })`);
  if (upgrade !== undefined) checkFunction(upgrade, `${name}({ upgrade })`);
  if (shed !== undefined) checkShed(shed, name);
  const size = (option: SizeOption, otherwise: number): number =>
    checkSize(options[option], `${name}({ ${option} })`, otherwise);
  const time = (option: TimeOption, otherwise: Seconds): Seconds =>
    checkDuration(options[option], `${name}({ ${option} })`, otherwise);
  return {
    maxHeaderSize: size('maxHeaderSize', 16_384),
    maxHeaders: size('maxHeaders', 100),
    maxRequestLine: size('maxRequestLine', 8192),
    maxBodySize: size('maxBodySize', 128 * 1024 * 1024),
    headersTimeout: time('headersTimeout', 30),
    requestTimeout: time('requestTimeout', 300),
    keepAliveTimeout: time('keepAliveTimeout', 5),
    sendTimeout: time('sendTimeout', 60),
    handlerTimeout: time('handlerTimeout', Infinity),
    maxRequestsPerConnection: size('maxRequestsPerConnection', Infinity),
    log: options.log === null ? undefined : checkAccessLog(options.log, `${name}({ log })`),
    errorLog:
      options.errorLog === null ? undefined : checkLogStream(options.errorLog, `${name}({ errorLog })`),
    killOnDisconnect: options.killOnDisconnect !== false,
    upgrade,
    shed,
  };
}

type SizeOption =
  | 'maxHeaderSize'
  | 'maxHeaders'
  | 'maxRequestLine'
  | 'maxBodySize'
  | 'maxRequestsPerConnection';
type TimeOption = 'headersTimeout' | 'requestTimeout' | 'keepAliveTimeout' | 'sendTimeout' | 'handlerTimeout';

function checkShed(shed: ShedOptions, name: string): void {
  checkOptions(shed, `${name}({ shed })`);
  checkSize(shed.maxRequests, `${name}({ shed: { maxRequests } })`, 1);
  checkSize(shed.maxQueued, `${name}({ shed: { maxQueued } })`, 1);
  checkDuration(shed.maxLag, `${name}({ shed: { maxLag } })`, 1);
  if (shed.retryAfter !== undefined && shed.retryAfter !== 0)
    checkDuration(shed.retryAfter, `${name}({ shed: { retryAfter } })`, 1);
}

/** A number of bytes or of things, or Infinity. */
function checkSize(value: unknown, name: string, otherwise: number): number {
  if (value === undefined) return otherwise;
  return value === Infinity ? value : checkInteger(value, name, 1);
}

/** More than no time; Infinity is for ever. */
function checkDuration(value: unknown, name: string, otherwise: Seconds): Seconds {
  if (value === undefined) return otherwise;
  const seconds = checkSeconds(value, name);
  if (seconds <= 0) throw new RangeError(mismatch(name, 'a number of seconds of more than 0', value));
  return seconds;
}
