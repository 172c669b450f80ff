/**
 * Descriptors that are bare numbers. Node cannot watch a number without reading from it, so a number that is not yet
 * a socket of ours becomes one: a stream of Node's owns the descriptor from then on, and what arrives is held there.
 */
import { fstatSync, readFileSync, type Stats } from 'node:fs';
import { Server, Socket as StreamSocket, type SocketConstructorOpts } from 'node:net';
import type { Duplex } from 'node:stream';
import { ReadStream, isatty } from 'node:tty';
import { checkInteger } from '../base/check.ts';
import { SocketError, toSocketError } from '../inet/errors.ts';
import { descriptorOf, holderOfDescriptor } from './descriptors.ts';
import { Socket } from './socket.ts';
import type { Source, Watchable } from './watchable.ts';

/** A descriptor that became a socket because somebody waited for its number, or asked for the socket. */
class AdoptedDescriptor implements Source {
  readonly socket: Socket;
  #waits = 0;
  #isHandedOut = false;

  constructor(fd: number) {
    this.socket = Socket.fromStream(open(fd));
    this.socket.ref = false;
  }

  get closed(): boolean {
    return this.socket.closed;
  }

  get watchable(): Watchable {
    return this.socket.watchable;
  }

  /** The process stays alive while somebody waits, and not only because of the descriptor afterwards. */
  hold(): void {
    this.#waits += 1;
    this.#keepAlive(true);
  }

  release(): void {
    this.#waits -= 1;
    if (this.#waits === 0) this.#keepAlive(false);
  }

  /** The user has the socket: whether it keeps the process alive is his affair from now on. */
  handOut(): Socket {
    this.#keepAlive(true);
    this.#isHandedOut = true;
    return this.socket;
  }

  #keepAlive(isAlive: boolean): void {
    if (!this.#isHandedOut && !this.closed) this.socket.ref = isAlive;
  }
}

const adopted = new Map<number, AdoptedDescriptor>();

/**
 * The socket over a descriptor that is a bare number: a pipe or FIFO, a terminal, a connected TCP or Unix-domain
 * socket that the process inherited or some native code opened. It owns the descriptor from then on: `close()` closes
 * it, `fs.closeSync` must not. Asked twice for a number, it answers the same socket; 0 is `process.stdin`.
 *
 * After `select([fd])`, `poll` or `waitRead(fd)` this is how the bytes are read: they may have been taken out of the
 * kernel already, and are held in this socket. Never parks. Python: `socket.fromfd`, which duplicates the descriptor.
 *
 * @throws {SocketError} EBADF: not open; EPERM: a file, a directory or a device, which is never waited for;
 * EOPNOTSUPP: a datagram socket; EEXIST: a stream of Node's owns it
 * @example
 * const [ready] = await select([3], [], [], 10);
 * if (ready.length > 0) console.log(String(await fromFd(3).recv()));
 */
export function fromFd(fd: number): Socket {
  checkInteger(fd, 'fromFd(fd)', Number.MIN_SAFE_INTEGER);
  const holder = holderOfDescriptor(fd);
  if (holder instanceof Socket) return holder;
  const owner = streamOfDescriptor(fd);
  if (owner !== undefined && owner !== process.stdin) {
    throw failure('EEXIST', fd, 'a stream of Node owns it: use Socket.fromStream on that');
  }
  return adopt(fd).handOut();
}

/** @internal The socket of a number that is nobody's yet. */
export function adopt(fd: number): AdoptedDescriptor {
  let entry = adopted.get(fd);
  if (entry === undefined || !isStill(entry.socket, fd)) {
    adopted.delete(fd);
    entry = new AdoptedDescriptor(fd);
    adopted.set(fd, entry);
  }
  return entry;
}

/** @internal The stream of Node's, if one is at work, that has this descriptor. */
export function streamOfDescriptor(fd: number): Duplex | undefined {
  if (fd === 0) return process.stdin;
  if (fd === 1) return process.stdout;
  if (fd === 2) return process.stderr;
  // Not documented, and the only list there is. Two handles on one descriptor would take each other's events.
  const { _getActiveHandles: list } = process as { _getActiveHandles?: () => readonly unknown[] };
  const owner = list?.call(process).find((one) => descriptorOf(one) === fd);
  if (owner instanceof Server) {
    throw failure('EPERM', fd, 'a net.Server accepts there by itself: wait on a socket that listens');
  }
  return owner instanceof StreamSocket ? owner : undefined;
}

/** Its stream may have let go of the number at the end of its data, and the system given it to something else. */
function isStill(socket: Socket, fd: number): boolean {
  if (socket.closed) return false;
  if (socket.fileno() === fd) return true;
  try {
    fstatSync(fd);
    return false;
  } catch {
    return true;
  }
}

function open(fd: number): Duplex {
  const stat = statOf(fd);
  if (fd === 0 && process.stdin instanceof StreamSocket) return process.stdin;
  try {
    if (isatty(fd)) return new ReadStream(fd, { allowHalfOpen: true });
    if (stat.isFIFO() || stat.isSocket()) return openPipe(fd, stat);
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ERR_INVALID_FD_TYPE')
      throw failure('EOPNOTSUPP', fd, 'it is a datagram socket: give it to dgram, bind({ fd })');
    throw toSocketError(error, 'watch');
  }
  throw failure(
    'EPERM',
    fd,
    `it is a ${kindOf(stat)}, for which nobody has to wait: use node:fs, or open it as a stream`,
  );
}

function openPipe(fd: number, stat: Stats): Duplex {
  const options: SocketConstructorOpts & { manualStart: boolean } = {
    fd,
    readable: !(stat.isFIFO() && isWriteOnly(fd)),
    // Of a FIFO that is only read, too: Node would close the descriptor at the end of the data.
    writable: true,
    allowHalfOpen: true,
    // Nothing is read before somebody waits for it.
    manualStart: true,
  };
  return stat.isFIFO() ? new Pipe(options) : new StreamSocket(options);
}

/** One end of a pipe: not a socket that a peer can reset. */
class Pipe extends StreamSocket {}

/** Where the system tells; elsewhere the first read will. */
function isWriteOnly(fd: number): boolean {
  try {
    const flags = /^flags:\s*([0-7]+)/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & 3) === 1;
  } catch {
    return false;
  }
}

function statOf(fd: number): Stats {
  if (fd < 0)
    throw failure('EBADF', fd, 'no descriptor has that number; a socket that is closed, or not in use');
  try {
    return fstatSync(fd);
  } catch (error) {
    throw failure('EBADF', fd, 'it is not open', error);
  }
}

function kindOf(stat: Stats): string {
  if (stat.isFile()) return 'regular file';
  return stat.isDirectory() ? 'directory' : 'device';
}

function failure(code: string, fd: number, why: string, cause?: unknown): SocketError {
  const message = `Cannot wait for descriptor ${fd}: ${why} (${code})`;
  return new SocketError(message, { code, syscall: 'poll', ...(cause === undefined ? {} : { cause }) });
}
