// Rows for the subpaths server, baseserver, http, pywsgi, wsgi and backdoor.
import { BackdoorServer } from '../../src/backdoor.ts';
import { fetchHandler, Handler, HTTPServer, nodeHandler, RequestServer } from '../../src/http.ts';
import {
  ErrorsStream,
  formatDateTime,
  LoggingLogAdapter,
  SecureEnviron,
  WSGIServer,
} from '../../src/pywsgi.ts';
import { DatagramServer, StreamServer } from '../../src/server.ts';
import { parseAddress } from '../../src/socket.ts';
import { type Refusal, type Rows, open, refuses } from './row.ts';
import * as not from './values.ts';
import { nothing } from './world.ts';

const callersOwn = open('the caller implements it, the library calls it');
const hook = open('called by the server, with what it has made itself');
const perRequest = open('made for a request by the server: see the tests of WSGI');

const notListener = not.except((value) => value === '1' || value === 0 || value === 1);
const notSpawn = not.except(
  (value) => value === undefined || value === null || typeof value === 'function' || value === 1,
);
const notHandle = not.except((value) => typeof value === 'function');
const notHandleOrOptions = not.optional(notHandle).filter((value) => typeof value !== 'object');
const notDelay = not.optional(not.notSeconds);
const notSize = not.optional(
  not.except((value) => value === Infinity || (Number.isInteger(value) && Number(value) >= 1)),
);
const notTime = not.optional(not.except((value) => typeof value === 'number' && value > 0));
const where: [string, number] = ['127.0.0.1', 0];

/** What every server checks when it is made. */
function made(name: string, make: (listener: never, options?: never) => unknown): Refusal[] {
  const option = (key: string, bad: readonly unknown[]): Refusal =>
    refuses(`${name}({ ${key} })`, bad, (value) => make(where as never, { [key]: value } as never));
  return [
    refuses(`${name}(listener)`, notListener, (bad) => make(bad)),
    option('spawn', notSpawn),
    option('maxAccept', not.optional(not.notInteger(1))),
    option('minDelay', notDelay),
    option('maxDelay', notDelay),
    option('stopTimeout', notDelay),
  ];
}

/** What every server of connections checks besides. */
function streams(name: string, make: (listener: never, options?: never) => unknown): Refusal[] {
  const option = (key: string, bad: readonly unknown[]): Refusal =>
    refuses(`${name}({ ${key} })`, bad, (value) => make(where as never, { [key]: value } as never));
  return [
    ...made(name, make),
    option('backlog', not.optional(not.notInteger(1))),
    option('reusePort', not.notFlag),
    option('ipv6Only', not.notFlag),
    option('mode', not.optional(not.notInteger(0))),
  ];
}

/** What every HTTP server checks besides. */
function http(name: string, make: (listener: never, options?: never) => unknown): Refusal[] {
  const option = (key: string, bad: readonly unknown[]): Refusal =>
    refuses(`${name}({ ${key} })`, bad, (value) => make(where as never, { [key]: value } as never));
  const sizes = ['maxHeaderSize', 'maxHeaders', 'maxRequestLine', 'maxBodySize', 'maxRequestsPerConnection'];
  const times = ['headersTimeout', 'requestTimeout', 'keepAliveTimeout', 'sendTimeout', 'handlerTimeout'];
  return [
    ...streams(name, make),
    ...sizes.map((key) => option(key, notSize)),
    ...times.map((key) => option(key, notTime)),
    option('killOnDisconnect', not.notFlag),
    option('upgrade', not.optional(not.notFunction)),
    option('shed', not.notOptions),
  ];
}

const server = new StreamServer(where, nothing);
const datagrams = new DatagramServer(where, nothing);
const errors = new ErrorsStream(nothing);

const serverRows: Rows = {
  'new StreamServer': [
    ...streams('StreamServer', (listener, options) => new StreamServer(listener, nothing, options)),
    refuses('StreamServer(handle)', notHandleOrOptions, (bad) => new StreamServer(where, bad)),
  ],
  'StreamServer.getListener': [
    refuses('getListener(address)', notListener, (bad) => StreamServer.getListener(bad)),
    refuses('getListener({ backlog })', not.optional(not.notInteger(1)), (backlog) =>
      StreamServer.getListener(where, { backlog }),
    ),
  ],
  'StreamServer#wrapSocketAndHandle': hook,
  'BaseServer#setListener': [refuses('setListener(listener)', notListener, (bad) => server.setListener(bad))],
  'BackdoorServer#setSpawn': [refuses('setSpawn(spawn)', notSpawn, (bad) => server.setSpawn(bad))],
  'BackdoorServer#setHandle': [
    refuses('setHandle(handle)', not.optional(notHandle), (bad) => server.setHandle(bad)),
  ],
  'BackdoorServer#isFatalError': open('takes any error'),
  'BaseServer#stop': [
    refuses(
      'stop(options)',
      not.notOptions.filter((value) => typeof value !== 'number'),
      (bad) => server.stop(bad),
    ),
    refuses('stop({ timeout })', not.notLimit, (timeout) => server.stop({ timeout })),
  ],
  'BaseServer#serveForever': [
    refuses('serveForever(options)', not.notOptions, (bad) => server.serveForever(bad)),
    refuses('serveForever({ stopTimeout })', notDelay, (stopTimeout) => server.serveForever({ stopTimeout })),
  ],
  'new DatagramServer': [
    ...made('DatagramServer', (listener, options) => new DatagramServer(listener, nothing, options)),
    refuses('DatagramServer(handle)', notHandleOrOptions, (bad) => new DatagramServer(where, bad)),
  ],
  'DatagramServer.getListener': [
    refuses('getListener(address)', notListener, (bad) => DatagramServer.getListener(bad)),
  ],
  'DatagramServer#sendTo': [
    refuses('sendTo(data)', not.notString, (bad) => datagrams.sendTo(bad, where)),
    refuses(
      'sendTo(address)',
      not.notString.filter((value) => !Array.isArray(value)),
      (bad) => datagrams.sendTo('x', bad),
    ),
  ],
  parseAddress: [refuses('parseAddress(address)', notListener, (bad) => parseAddress(bad))],
};

const httpRows: Rows = {
  'new HTTPServer': [
    ...http('HTTPServer', (listener, options) => new HTTPServer(listener, nothing as never, options)),
    refuses('HTTPServer(handle)', notHandle, (bad) => new HTTPServer(where, bad)),
    refuses(
      'HTTPServer({ maxConnections })',
      not.optional(not.notInteger(1)),
      (maxConnections) => new HTTPServer(where, nothing as never, { maxConnections }),
    ),
  ],
  'HTTPServer#handle': hook,
  'new Handler': [refuses('Handler(serve)', not.notFunction, (bad) => new Handler(bad))],
  fetchHandler: [
    refuses('fetchHandler(handle)', not.notFunction, (bad) => fetchHandler(bad)),
    refuses('fetchHandler(options)', not.notOptions, (bad) => fetchHandler(nothing as never, bad)),
    refuses('fetchHandler({ lightResponse })', not.notFlag, (lightResponse) =>
      fetchHandler(nothing as never, { lightResponse }),
    ),
    refuses('fetchHandler({ lightRequest })', not.notFlag, (lightRequest) =>
      fetchHandler(nothing as never, { lightRequest }),
    ),
  ],
  nodeHandler: [refuses('nodeHandler(listener)', not.notFunction, (bad) => nodeHandler(bad))],
  'LogStream#write': callersOwn,
  'new BodyTooLarge': open('an error takes what it stands for'),
  'new RequestServer': [
    ...streams('RequestServer', (listener, options) => new RequestServer(listener, nothing, options)).filter(
      ({ name }) => !name.includes('spawn'),
    ),
    refuses('RequestServer(handle)', not.notFunction, (bad) => new RequestServer(where, bad)),
  ],
};

/** Made by the server for each request, and looked at in the tests of RequestServer. */
const requestRows: Rows = Object.fromEntries(
  [
    'new ReceivedRequest',
    'ReceivedRequest#findInputHeader',
    'ReceivedRequest#addInputHeader',
    'ReceivedRequest#removeInputHeader',
    'new RequestBuffer',
    'RequestBuffer#write',
    'RequestBuffer#read',
    'RequestBuffer#readLine',
    'RequestBuffer#readLines',
    'ServerRequest#addOutputHeader',
    'ServerRequest#removeOutputHeader',
    'ServerRequest#findOutputHeader',
    'ServerRequest#sendReply',
    'ServerRequest#sendReplyStart',
    'ServerRequest#sendReplyChunk',
    'ServerRequest#sendError',
  ].map((name) => [name, open('made for a request by the server: see the tests of RequestServer')]),
);

const wsgiRows: Rows = {
  'new WSGIServer': [
    ...http('WSGIServer', (listener, options) => new WSGIServer(listener, nothing as never, options)),
    refuses('WSGIServer(application)', not.notFunction, (bad) => new WSGIServer(where, bad)),
  ],
  'WSGIServer#setEnviron': [
    refuses('setEnviron(environ)', not.notOptions, (bad) =>
      new WSGIServer(where, nothing as never).setEnviron(bad),
    ),
  ],
  'WSGIServer#handleRequest': hook,
  'WSGIServer#reportError': hook,
  'WSGIServer#writeError': hook,
  'WSGIServer#writeLog': hook,
  'WSGIHost#reportError': callersOwn,
  'WSGIHost#writeError': callersOwn,
  'WSGIHost#writeLog': callersOwn,
  'new Environ': open('takes any object of values'),
  'new ErrorsStream': [refuses('ErrorsStream(write)', not.notFunction, (bad) => new ErrorsStream(bad))],
  'ErrorsStream#write': [refuses('write(text)', not.notString, (bad) => errors.write(bad))],
  'ErrorsStream#writeLines': open('each of the lines is checked as write() does'),
  'new Input': perRequest,
  'Input#read': perRequest,
  'Input#readLine': perRequest,
  'Input#readLines': perRequest,
  'new LoggingLogAdapter': [
    refuses('LoggingLogAdapter(logger)', not.every, (bad) => new LoggingLogAdapter(bad)),
    refuses(
      'LoggingLogAdapter(level)',
      not.optional(not.notString),
      (bad) => new LoggingLogAdapter({ info: nothing }, bad),
    ),
  ],
  'LoggingLogAdapter#write': open('a log takes any text'),
  'LoggingLogAdapter#writeLines': open('a log takes any text'),
  'Logger#log': callersOwn,
  'Logger#info': callersOwn,
  'SecureEnviron#secureRepr=': open('any value is read as a flag'),
  'SecureEnviron#whitelistKeys=': [
    refuses(
      'whitelistKeys',
      not.except((value) => Array.isArray(value)),
      (bad) => {
        new SecureEnviron({}).whitelistKeys = bad;
      },
    ),
  ],
  'SecureEnviron#printMaskedKeys=': open('any value is read as a flag'),
  'new WSGIExchange': perRequest,
  'new WSGIHandler': perRequest,
  'WSGIHandler#startResponse': perRequest,
  'WSGIHandler#write': perRequest,
  'WSGIHandler#handleError': perRequest,
  'WSGIHandler#logError': perRequest,
  formatDateTime: [
    refuses(
      'formatDateTime(timestamp)',
      not.except((value) => Number.isFinite(value)),
      (bad) => formatDateTime(bad),
    ),
  ],
};

const backdoorRows: Rows = {
  'new BackdoorServer': [
    ...streams('BackdoorServer', (listener, options) => new BackdoorServer(listener, options)),
    refuses('BackdoorServer(options)', not.notOptions, (bad) => new BackdoorServer(where, bad)),
    refuses(
      'BackdoorServer({ locals })',
      not.optional(not.except((value) => typeof value === 'object' && value !== null)),
      (locals) => new BackdoorServer(where, { locals }),
    ),
    refuses('BackdoorServer({ unsafe })', not.notFlag, (unsafe) => new BackdoorServer(where, { unsafe })),
  ],
  'BackdoorServer#setListener': open(
    'the same as of every server, and the address may not be open to others',
  ),
  'BackdoorServer#handle': hook,
};

export const allServerRows: Rows = {
  ...serverRows,
  ...httpRows,
  ...requestRows,
  ...wsgiRows,
  ...backdoorRows,
};
