// Rows for the subpaths socket, select and selectors, apart from the look-ups of names.
import { type poll as pollFunction, poll, select } from '../../src/select.ts';
import { GeventSelector } from '../../src/selectors.ts';
import {
  AF_INET,
  cancelWait,
  createConnection,
  createServer,
  fromFd,
  IPPROTO_TCP,
  setDefaultTimeout,
  Socket,
  SOCK_DGRAM,
  socketPair,
  TCP_NODELAY,
  wait,
  waitRead,
  waitReadWrite,
  waitWrite,
} from '../../src/socket.ts';
import { type Refusal, type Rows, open, refuses } from './row.ts';
import * as not from './values.ts';

const callersOwn = open('the caller implements it, the library calls it');
const anyError = open('an error takes any text and details');

/** Not `[host, port]`, and not a path either. */
const notAddress = not.except((value) => typeof value === 'string' && value !== '');
const notHostAndPort = not.notString.filter((value) => !Array.isArray(value));
/** Neither text nor bytes. */
const notData = not.notString;
const notTimeout = not.optional(not.except((value) => typeof value === 'number' && value >= 0));
const notCount = not.optional(not.notInteger(0));
const notPollable = not.except((value) => Number.isInteger(value));
const notFlags = notCount;

// Sockets that are closed at the end of the walk are none: nothing of the system's was opened.
const tcp = new Socket();
const udp = new Socket(AF_INET, SOCK_DGRAM);
const watcher: ReturnType<typeof pollFunction> = poll();
const selector = new GeventSelector();
const file = new Socket().makeFile('rw');

/** An address of a socket's own family. */
function addressed(name: string, call: (address: never) => unknown): Refusal[] {
  return [refuses(name, notHostAndPort, call)];
}

/** `timeout` and `timeoutExc` in the options of a wait for readiness. */
function readiness(name: string, call: (target: never, options?: never) => unknown): Refusal[] {
  return [
    refuses(`${name}(target)`, notPollable, (bad) => call(bad)),
    refuses(`${name}(options)`, not.notOptions, (bad) => call(tcp as never, bad)),
    refuses(`${name}({ timeout })`, notTimeout, (timeout) => call(tcp as never, { timeout } as never)),
    refuses(`${name}({ timeoutExc })`, not.notKillException, (timeoutExc) =>
      call(tcp as never, { timeoutExc } as never),
    ),
  ];
}

const socketRows: Rows = {
  'new Socket': [
    refuses('socket(family)', not.optional(not.notOneOf(1)), (bad) => new Socket(bad)),
    refuses('socket(type)', not.optional(not.notOneOf(1)), (bad) => new Socket(AF_INET, bad)),
    refuses('socket(proto)', notCount, (bad) => new Socket(AF_INET, SOCK_DGRAM, bad)),
  ],
  'Socket.fromStream': [refuses('fromStream(stream)', not.every, (bad) => Socket.fromStream(bad))],
  'Socket#bind': addressed('bind(address)', (bad) => tcp.bind(bad)),
  'Socket#connect': addressed('connect(address)', (bad) => tcp.connect(bad)),
  'Socket#connectEx': addressed('connectEx(address)', (bad) => tcp.connectEx(bad)),
  'Socket#listen': [refuses('listen(backlog)', notCount, (bad) => tcp.listen(bad))],
  'Socket#recv': [
    refuses('recv(size)', notCount, (bad) => tcp.recv(bad)),
    refuses('recv(flags)', notFlags, (bad) => tcp.recv(1, bad)),
  ],
  'Socket#recvInto': [
    refuses('recvInto(buffer)', not.every, (bad) => tcp.recvInto(bad)),
    refuses('recvInto(size)', notCount, (bad) => tcp.recvInto(new Uint8Array(1), bad)),
  ],
  'Socket#recvFrom': [
    refuses('recvFrom(size)', notCount, (bad) => udp.recvFrom(bad)),
    refuses('recvFrom(flags)', notFlags, (bad) => udp.recvFrom(1, bad)),
  ],
  'Socket#recvFromInto': [
    refuses('recvFromInto(buffer)', not.every, (bad) => udp.recvFromInto(bad)),
    refuses('recvFromInto(size)', notCount, (bad) => udp.recvFromInto(new Uint8Array(1), bad)),
  ],
  'Socket#send': [
    refuses('send(data)', notData, (bad) => tcp.send(bad)),
    refuses('send(flags)', notFlags, (bad) => tcp.send('x', bad)),
  ],
  'Socket#sendAll': [refuses('sendAll(data)', notData, (bad) => tcp.sendAll(bad))],
  'Socket#sendTo': [
    refuses('sendTo(data)', notData, (bad) => udp.sendTo(bad, ['127.0.0.1', 9])),
    refuses('sendTo(address)', notHostAndPort, (bad) => udp.sendTo('x', bad)),
  ],
  'Socket#shutdown': [refuses('shutdown(how)', not.notOneOf(0, 1), (bad) => tcp.shutdown(bad))],
  'Socket#makeFile': [
    refuses('makeFile(mode)', not.optional(not.every), (bad) => tcp.makeFile(bad)),
    refuses('makeFile(options)', not.notOptions, (bad) => tcp.makeFile('r', bad)),
    refuses('makeFile({ buffering })', notCount, (buffering) => tcp.makeFile('r', { buffering })),
    refuses('makeFile({ encoding })', not.optional(not.every), (encoding) => tcp.makeFile('r', { encoding })),
    refuses('makeFile({ newline })', not.optional(not.except((value) => value === '')), (newline) =>
      tcp.makeFile('r', { newline }),
    ),
  ],
  'Socket#ref=': [
    refuses('socket.ref', not.notFlag, (bad) => {
      tcp.ref = bad;
    }),
  ],
  'Socket#setTimeout': [refuses('setTimeout(seconds)', notTimeout, (bad) => tcp.setTimeout(bad))],
  'Socket#setBlocking': [refuses('setBlocking(isBlocking)', not.notBoolean, (bad) => tcp.setBlocking(bad))],
  'Socket#setSockOpt': [
    refuses('setSockOpt(level)', not.notInteger(0), (bad) => tcp.setSockOpt(bad, TCP_NODELAY, true)),
    refuses('setSockOpt(option)', not.notInteger(0), (bad) => tcp.setSockOpt(IPPROTO_TCP, bad, true)),
    refuses(
      'setSockOpt(TCP_NODELAY)',
      not.except((value) => typeof value === 'boolean' || value === 0 || value === 1),
      (bad) => tcp.setSockOpt(IPPROTO_TCP, TCP_NODELAY, bad),
    ),
  ],
  'Socket#getSockOpt': [
    refuses('getSockOpt(level)', not.notInteger(0), (bad) => tcp.getSockOpt(bad, TCP_NODELAY)),
    refuses('getSockOpt(option)', not.notInteger(0), (bad) => tcp.getSockOpt(IPPROTO_TCP, bad)),
  ],
  'SocketFile#read': [refuses('read(size)', notCount, (bad) => file.read(bad))],
  'SocketFile#readLine': [refuses('readLine(limit)', notCount, (bad) => file.readLine(bad))],
  'SocketFile#readLines': [refuses('readLines(hint)', notCount, (bad) => file.readLines(bad))],
  'SocketFile#write': [refuses('write(data)', not.notString, (bad) => file.write(bad))],
  'SocketFile#writeLines': [refuses('writeLines(lines)', not.notIterable, (bad) => file.writeLines(bad))],
  'new SocketError': anyError,
  'new SocketTimeout': anyError,
  cancelWait: [
    refuses('cancelWait(target)', notPollable, (bad) => cancelWait(bad)),
    refuses('cancelWait(error)', not.notKillException, (bad) => cancelWait(tcp, bad)),
  ],
  createConnection: [
    refuses(
      'createConnection(address)',
      notAddress.filter((value) => !Array.isArray(value)),
      (bad) => createConnection(bad),
    ),
    refuses('createConnection(options)', not.notOptions, (bad) => createConnection(['127.0.0.1', 1], bad)),
    refuses('createConnection({ timeout })', notTimeout, (timeout) =>
      createConnection(['127.0.0.1', 1], { timeout }),
    ),
    refuses('createConnection({ allErrors })', not.notFlag, (allErrors) =>
      createConnection(['127.0.0.1', 1], { allErrors }),
    ),
  ],
  createServer: [
    refuses(
      'createServer(address)',
      notAddress.filter((value) => !Array.isArray(value)),
      (bad) => createServer(bad),
    ),
    refuses('createServer(options)', not.notOptions, (bad) => createServer(['127.0.0.1', 0], bad)),
    refuses('createServer({ backlog })', notCount, (backlog) => createServer(['127.0.0.1', 0], { backlog })),
    refuses('createServer({ reusePort })', not.notFlag, (reusePort) =>
      createServer(['127.0.0.1', 0], { reusePort }),
    ),
    refuses('createServer({ dualstackIpv6 })', not.notFlag, (dualstackIpv6) =>
      createServer(['127.0.0.1', 0], { dualstackIpv6 }),
    ),
  ],
  fromFd: [refuses('fromFd(fd)', not.notInteger(-Infinity), (bad) => fromFd(bad))],
  setDefaultTimeout: [refuses('setDefaultTimeout(timeout)', notTimeout, (bad) => setDefaultTimeout(bad))],
  socketPair: [refuses('socketPair(family)', not.optional(not.notOneOf(1)), (bad) => socketPair(bad))],
  wait: readiness('wait', (target, options) => wait(target, options)),
  waitRead: readiness('waitRead', (target, options) => waitRead(target, options)),
  waitWrite: readiness('waitWrite', (target, options) => waitWrite(target, options)),
  waitReadWrite: readiness('waitReadWrite', (target, options) => waitReadWrite(target, options)),
};

const readinessRows: Rows = {
  select: [
    refuses('select(rlist)', not.notIterable, (bad) => select(bad, [], [])),
    refuses('select(wlist)', not.notIterable, (bad) => select([], bad, [])),
    refuses('select(xlist)', not.notIterable, (bad) => select([], [], bad)),
    refuses('select(timeout)', notTimeout, (bad) => select([], [], [], bad)),
  ],
  'Poll#register': [
    refuses('register(fd)', notPollable, (bad) => watcher.register(bad)),
    refuses('register(eventmask)', notCount, (bad) => watcher.register(tcp, bad)),
  ],
  'Poll#modify': [refuses('modify(eventmask)', not.notInteger(0), (bad) => watcher.modify(tcp, bad))],
  'Poll#unregister': open('what was not registered is a KeyError'),
  'Poll#poll': [
    refuses(
      'poll(timeout)',
      not.optional(not.except((value) => typeof value === 'number' && !Number.isNaN(value))),
      (bad) => watcher.poll(bad),
    ),
  ],
  'GeventSelector#register': [
    refuses('register(fileobj)', notPollable, (bad) => selector.register(bad, 1)),
    refuses('register(events)', not.notOneOf(1), (bad) => selector.register(tcp, bad)),
  ],
  'GeventSelector#modify': open('what was not registered is a KeyError'),
  'GeventSelector#unregister': open('what was not registered is a KeyError'),
  'GeventSelector#getKey': open('what was not registered is a KeyError'),
  'GeventSelector#select': [
    refuses(
      'select(timeout)',
      not.optional(not.except((value) => typeof value === 'number' && !Number.isNaN(value))),
      (bad) => selector.select(bad),
    ),
  ],
  'Watchable#watch': callersOwn,
  'Watchable#unwatch': callersOwn,
  'Watchable#cancelWaits': callersOwn,
};

export const socketWalk: Rows = { ...socketRows, ...readinessRows };
