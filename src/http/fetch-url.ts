/**
 * The URL of a request: scheme and host of whom the client asked, and the request target.
 *
 * The host is checked for each request (the same one as last time costs a comparison); the URL is put together when
 * somebody reads it.
 */
import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';

// A name, an IPv4 address, or an IPv6 address in brackets, and a port. The URL parser has the last word.
const HOST = /^(?:[\w.~-]+|\[[\da-f:.]+\])(?::\d{0,5})?$/i;

// What the URL parser leaves as it is; segments of dots it takes away.
const PLAIN_TARGET = /^\/[\w!$&()*+,\-./:;=?@[\]~%]*$/;
const DOT_SEGMENT = /\/(?:\.|%2e)/i;

/** How many hosts are remembered. */
const MAX_HOSTS = 256;

/** The hosts asked for under one scheme, each with what it looks like in a URL. */
class Origins {
  readonly #scheme: string;
  readonly #known = new Map<string, string>();
  #latestHost = '';
  #latestOrigin = '';

  constructor(scheme: string) {
    this.#scheme = scheme;
  }

  of(host: string): string | undefined {
    if (host === this.#latestHost) return this.#latestOrigin;
    const origin = this.#known.get(host) ?? this.#parse(host);
    if (origin === undefined) return undefined;
    if (this.#known.size >= MAX_HOSTS) this.#known.clear();
    this.#known.set(host, origin);
    this.#latestHost = host;
    this.#latestOrigin = origin;
    return origin;
  }

  #parse(host: string): string | undefined {
    const url = `${this.#scheme}://${host}/`;
    return HOST.test(host) && URL.canParse(url) ? new URL(url).origin : undefined;
  }
}

const plain = new Origins('http');
const encrypted = new Origins('https');

/** @internal `http://host:port` of a request in the usual form; undefined when its `Host` makes no sense. */
export function originOf(incoming: IncomingMessage): string | undefined {
  const { socket } = incoming;
  const origins = (socket as { encrypted?: boolean }).encrypted === true ? encrypted : plain;
  return origins.of(incoming.headers.host || addressOf(socket));
}

/** For HTTP/1.0 without a `Host`: the address that the client has connected to. */
function addressOf({ localAddress, localPort }: Socket): string {
  if (localAddress === undefined) return 'localhost';
  const address = localAddress.replace(/^::ffff:(?=\d+\.)|%.*/g, '');
  return `${address.includes(':') ? `[${address}]` : address}:${localPort}`;
}

/** @internal The URL for a target that begins with a slash. */
export function urlOf(origin: string, target: string): string {
  if (PLAIN_TARGET.test(target) && !DOT_SEGMENT.test(target)) return origin + target;
  return new URL(origin + target).href;
}

/** @internal The URL for any other target: a whole URL, or `*`. Undefined when it makes no sense. */
export function urlOfOtherTarget(origin: string, target: string): string | undefined {
  if (target === '*') return `${origin}/*`;
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) return undefined;
  const url = new URL(target);
  return url.username === '' && url.password === '' ? url.href : undefined;
}
