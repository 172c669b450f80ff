// Requests that servers and proxies have been known to read differently from one another. Each is either refused with
// a 4xx, or read as exactly one request; what is hidden in it is never served.

/** What must become of an attack: refused with one of these statuses, or one request with this body. */
export type Outcome = { readonly refused: readonly number[] } | { readonly body: string };

export interface Attack {
  readonly name: string;
  readonly bytes: string;
  readonly outcome: Outcome;
}

const REFUSED: Outcome = { refused: [400] };
const HIDDEN = 'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n';

/** A POST with these header lines, then the body. */
function post(lines: readonly string[], body: string): string {
  return `POST /open HTTP/1.1\r\nHost: a\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n${body}`;
}

/** A GET with these header lines in place of `Host: a`. */
function get(...lines: string[]): string {
  return `GET /open HTTP/1.1\r\n${lines.map((line) => `${line}\r\n`).join('')}\r\n`;
}

const CHUNKED_END = `0\r\n\r\n${HIDDEN}`;

function refused(name: string, bytes: string, ...statuses: number[]): Attack {
  return { name, bytes, outcome: statuses.length === 0 ? REFUSED : { refused: statuses } };
}

export const ATTACKS: readonly Attack[] = [
  // Two lengths.
  refused('CL and TE', post(['Content-Length: 4', 'Transfer-Encoding: chunked'], CHUNKED_END)),
  refused('TE and CL', post(['Transfer-Encoding: chunked', 'Content-Length: 4'], CHUNKED_END)),
  refused('two CL that differ', post(['Content-Length: 4', 'Content-Length: 40'], `abcd${HIDDEN}`)),
  refused('two CL that agree', post(['Content-Length: 4', 'Content-Length: 4'], `abcd${HIDDEN}`)),
  refused('a list as CL', post(['Content-Length: 4, 40'], `abcd${HIDDEN}`)),
  refused('the same twice as CL', post(['Content-Length: 4, 4'], `abcd${HIDDEN}`)),
  // Lengths that are no numbers.
  refused('CL with a plus', post(['Content-Length: +4'], `abcd${HIDDEN}`)),
  refused('CL with a minus', post(['Content-Length: -4'], `abcd${HIDDEN}`)),
  refused('CL with a space inside', post(['Content-Length: 4 0'], `abcd${HIDDEN}`)),
  refused('CL in hex', post(['Content-Length: 0x4'], `abcd${HIDDEN}`)),
  refused('CL with a point', post(['Content-Length: 4.0'], `abcd${HIDDEN}`)),
  refused('CL with an exponent', post(['Content-Length: 4e0'], `abcd${HIDDEN}`)),
  refused('CL with nothing', post(['Content-Length:'], `abcd${HIDDEN}`)),
  refused('CL with letters', post(['Content-Length: four'], `abcd${HIDDEN}`)),
  refused('CL beyond 64 bits', post(['Content-Length: 99999999999999999999'], 'abcd'), 400, 413),
  refused('CL that wraps around', post(['Content-Length: 18446744073709551620'], `abcd${HIDDEN}`), 400, 413),
  {
    name: 'CL with zeros in front',
    bytes: post(['Content-Length: 0004'], 'abcd'),
    outcome: { body: 'abcd' },
  },
  // Encodings that only some would take for chunked.
  refused('TE xchunked', post(['Transfer-Encoding: xchunked'], CHUNKED_END)),
  refused('TE chunked, identity', post(['Transfer-Encoding: chunked, identity'], CHUNKED_END)),
  refused('TE identity', post(['Transfer-Encoding: identity'], CHUNKED_END)),
  refused('TE gzip alone', post(['Transfer-Encoding: gzip'], CHUNKED_END)),
  refused('TE in quotes', post(['Transfer-Encoding: "chunked"'], CHUNKED_END)),
  refused('TE with nothing', post(['Transfer-Encoding:'], CHUNKED_END)),
  refused('TE gzip and chunked', post(['Transfer-Encoding: gzip, chunked'], CHUNKED_END)),
  refused('TE with a vertical tab', post(['Transfer-Encoding: \u000Bchunked'], CHUNKED_END)),
  refused('TE chunked twice', post(['Transfer-Encoding: chunked, chunked'], CHUNKED_END)),
  refused('two TE', post(['Transfer-Encoding: chunked', 'Transfer-Encoding: identity'], CHUNKED_END)),
  refused('two TE chunked', post(['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], CHUNKED_END)),
  refused('a space before the colon of TE', post(['Transfer-Encoding : chunked'], CHUNKED_END)),
  refused('a tab before the colon of TE', post(['Transfer-Encoding\t: chunked'], CHUNKED_END)),
  refused('a space before TE', post([' Transfer-Encoding: chunked'], CHUNKED_END)),
  refused('TE in a folded line', post(['X: y', ' Transfer-Encoding: chunked'], CHUNKED_END)),
  refused('TE behind a bare CR', post(['X: y\rTransfer-Encoding: chunked'], CHUNKED_END)),
  refused('TE in 1.0', post(['Transfer-Encoding: chunked'], '0\r\n\r\n').replace('/1.1', '/1.0')),
  {
    name: 'TE in capitals',
    bytes: post(['TRANSFER-ENCODING: CHUNKED'], '4\r\nabcd\r\n0\r\n\r\n'),
    outcome: { body: 'abcd' },
  },
  {
    name: 'TE with a tab in front of the value',
    bytes: post(['Transfer-Encoding:\tchunked'], '4\r\nabcd\r\n0\r\n\r\n'),
    outcome: { body: 'abcd' },
  },
  // Chunks.
  refused('a chunk size with a sign', post(['Transfer-Encoding: chunked'], `+4\r\nabcd\r\n${CHUNKED_END}`)),
  refused('a chunk size with 0x', post(['Transfer-Encoding: chunked'], `0x4\r\nabcd\r\n${CHUNKED_END}`)),
  refused('a chunk size of nothing', post(['Transfer-Encoding: chunked'], `\r\nabcd\r\n${CHUNKED_END}`)),
  refused('a chunk size with a space', post(['Transfer-Encoding: chunked'], `4 \r\nabcd\r\n${CHUNKED_END}`)),
  refused(
    'a chunk size beyond 64 bits',
    post(['Transfer-Encoding: chunked'], `fffffffffffffffff\r\nabcd\r\n${CHUNKED_END}`),
  ),
  refused(
    'a chunk that is longer than it says',
    post(['Transfer-Encoding: chunked'], `3\r\nabcd\r\n${CHUNKED_END}`),
  ),
  refused(
    'a chunk that ends with LF alone',
    post(['Transfer-Encoding: chunked'], `4\r\nabcd\n${CHUNKED_END}`),
  ),
  refused(
    'a bare CR in a chunk extension',
    post(['Transfer-Encoding: chunked'], `4;a\rb\r\nabcd\r\n${CHUNKED_END}`),
  ),
  refused(
    'chunk extensions without end',
    post(['Transfer-Encoding: chunked'], `4;${'a'.repeat(20_000)}\r\nabcd\r\n${CHUNKED_END}`),
    413,
    400,
  ),
  {
    name: 'a chunk extension',
    bytes: post(['Transfer-Encoding: chunked'], '4;a=b\r\nabcd\r\n0\r\n\r\n'),
    outcome: { body: 'abcd' },
  },
  // Line ends and control characters.
  refused('LF alone behind a header', 'GET /open HTTP/1.1\r\nHost: a\nX: y\r\n\r\n'),
  refused('LF alone behind the request line', 'GET /open HTTP/1.1\nHost: a\r\n\r\n'),
  refused('LF alone at the end', 'GET /open HTTP/1.1\r\nHost: a\r\n\n'),
  refused('a bare CR in a header', get('Host: a', 'X: y\rz')),
  refused('a folded header', get('Host: a', 'X: y', ' z')),
  refused('NUL in a value', get('Host: a', 'X: y\0z')),
  refused('NUL in a name', get('Host: a', 'X\0: y')),
  refused('a control character in a value', get('Host: a', 'X: y\u0001z')),
  refused('DEL in a value', get('Host: a', 'X: y\u007Fz')),
  refused('a control character in a name', get('Host: a', 'X\u0001: y')),
  refused('a bracket in a name', get('Host: a', 'X(y): z')),
  refused('a header without a name', get('Host: a', ': y')),
  refused('a header without a colon', get('Host: a', 'XY')),
  refused('NUL in the target', 'GET /op\0en HTTP/1.1\r\nHost: a\r\n\r\n'),
  refused('a space in the target', 'GET /op en HTTP/1.1\r\nHost: a\r\n\r\n'),
  refused('a tab in the request line', 'GET\t/open HTTP/1.1\r\nHost: a\r\n\r\n'),
  // Host.
  refused('no Host', get('X: y')),
  refused('two Hosts', get('Host: a', 'Host: b')),
  refused('two Hosts that agree', get('Host: a', 'host: a')),
  refused('a list as Host', get('Host: a, b')),
  refused('a path in Host', get('Host: a/b')),
  refused('a user in Host', get('Host: a@b')),
  refused('a space before the colon of Host', get('Host : a')),
  // Targets.
  refused('a target that is no path', 'GET open HTTP/1.1\r\nHost: a\r\n\r\n'),
  refused('a star for GET', 'GET * HTTP/1.1\r\nHost: a\r\n\r\n'),
  refused('another scheme', 'GET file:///etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n'),
  refused('no host in a URL', 'GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n'),
  { name: 'a URL', bytes: 'GET http://a/open HTTP/1.1\r\nHost: a\r\n\r\n', outcome: { body: '' } },
  { name: 'a star for OPTIONS', bytes: 'OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n', outcome: { body: '' } },
  // Versions and protocols.
  refused('HTTP/0.9', 'GET /open\r\n\r\n'),
  refused('HTTP/0.9 by name', 'GET /open HTTP/0.9\r\nHost: a\r\n\r\n'),
  refused('HTTP/1.2', 'GET /open HTTP/1.2\r\nHost: a\r\n\r\n'),
  refused('HTTP/2.0', 'GET /open HTTP/2.0\r\nHost: a\r\n\r\n'),
  refused('HTTP/11', 'GET /open HTTP/11\r\nHost: a\r\n\r\n'),
  refused('HTTP in small letters', 'GET /open http/1.1\r\nHost: a\r\n\r\n'),
  refused('the preface of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  refused('an unknown method', 'BREAK /open HTTP/1.1\r\nHost: a\r\n\r\n'),
  refused('a method in small letters', 'get /open HTTP/1.1\r\nHost: a\r\n\r\n'),
  refused('the beginning of TLS', '\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00FC\u0003\u0003'),
  refused('CONNECT', 'CONNECT a:80 HTTP/1.1\r\nHost: a\r\n\r\n', 405),
  // Too much.
  refused('a long request line', `GET /${'a'.repeat(10_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414),
  refused('a very long request line', `GET /${'a'.repeat(100_000)} HTTP/1.1\r\nHost: a\r\n\r\n`, 414),
  refused('a long header', get('Host: a', `X: ${'y'.repeat(20_000)}`), 431),
  refused('many headers', get('Host: a', ...Array.from({ length: 101 }, (_, index) => `X-${index}: y`)), 431),
];
