/** A TLS connection as greenlets pull from it; and a connection that is to become one, at the first use. */
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { Waiter } from '../core/waiter.ts';
import type { SocketError } from '../inet/errors.ts';
import { EMPTY } from '../io/byte-buffer.ts';
import { Flow } from '../io/flow.ts';
import { raiseTimeout } from '../io/outflow.ts';
import { closedError } from '../io/socket-names.ts';
import { SSLEOFError, SSLError, SSLWantReadError, SSLWantWriteError } from './errors.ts';
import type { Handshake, Secured } from './handshake.ts';
import { toTLSError } from './node-errors.ts';
import type { Wire } from './wire.ts';

/** @internal After the handshake. */
export class TLSFlow extends Flow {
  declare readonly stream: TLSSocket;
  readonly plain: Duplex;
  readonly wire: Wire | undefined;
  readonly #suppressesRaggedEofs: boolean;
  /** The plain stream is somebody else's. */
  #isReleased = false;

  constructor(
    { stream, plain, wire }: Secured,
    owner: { toString(): string },
    suppressesRaggedEofs: boolean,
  ) {
    super(stream, owner);
    this.plain = plain;
    this.wire = wire;
    this.#suppressesRaggedEofs = suppressesRaggedEofs;
    lendTo(stream, plain, wire === undefined ? DIRECT : BRIDGED);
  }

  /** Bytes that have been decrypted and that nobody has received. */
  get pending(): number {
    return this.buffered + this.stream.readableLength;
  }

  override receive(max: number, seconds?: number): Promise<Buffer> {
    const received = super.receive(max, seconds);
    return seconds === 0 ? received.catch(raiseWantRead) : received;
  }

  override send(
    data: Buffer,
    start: number,
    end: number,
    seconds?: number,
    isOffer?: boolean,
  ): Promise<void> {
    const sent = super.send(data, start, end, seconds, isOffer);
    return seconds === 0 ? sent.catch(raiseWantWrite) : sent;
  }

  /** Ends TLS, and parks until the other side has too. The connection stays. */
  async endTLS(seconds: number | undefined): Promise<void> {
    const { stream, wire } = this;
    if (wire === undefined) {
      throw new SSLError(
        "Cannot unwrap a server's connection: it is bound to TLS; wrap a plain one yourself",
      );
    }
    wire.keepPlain();
    if (!stream.writableEnded) this.shutdown(false, true);
    await finished(stream, seconds);
    const data = await this.receive(1, seconds);
    if (data.length > 0) {
      this.putBack(data);
      throw new SSLError('application data after close notify', {
        reason: 'APPLICATION_DATA_AFTER_CLOSE_NOTIFY',
      });
    }
    if (wire.isCutOff) throw new SSLEOFError();
  }

  /** After {@link endTLS}: gives the plain stream away. */
  release(): Duplex {
    this.#isReleased = true;
    const { plain } = this;
    this.wire?.release();
    super.close(closedError());
    return plain;
  }

  /** Tells the other side that nothing more comes, if that can be done at once, so that it sees no cut connection. */
  override close(error: SocketError): void {
    const { stream, wire } = this;
    if (!this.hasFailed && stream.writable && stream.writableLength === 0) stream.end();
    super.close(error);
    if (wire?.isPlainKept === true && !this.#isReleased) this.plain.destroy();
  }

  /** @internal */
  override onError(error: unknown): void {
    super.onError(toTLSError(error, 'recv'));
  }

  /** @internal */
  override onEnd(): void {
    if (this.wire?.isCutOff === true && !this.#suppressesRaggedEofs) super.onError(new SSLEOFError());
    else super.onEnd();
  }

  /** @internal */
  override onClose(): void {
    // Node reads TLS on its own: the end may have come before anybody received.
    if (this.stream.readableEnded) this.onEnd();
    super.onClose();
  }
}

/** Parks until all that was written is out, and the end of TLS behind it. */
async function finished(stream: TLSSocket, seconds: number | undefined): Promise<void> {
  if (stream.writableFinished || stream.destroyed) return;
  if (seconds === 0) throw new SSLWantWriteError();
  const waiter = new Waiter<void>();
  const done = (): void => waiter.switch();
  stream.once('finish', done).once('close', done);
  try {
    await waiter.park(undefined, { seconds, late: raiseTimeout, about: 'unwrap()' });
  } finally {
    stream.off('finish', done).off('close', done);
  }
}

/** @internal Before the handshake: who receives or sends waits for that first. */
export class UnsecuredFlow extends Flow {
  readonly #secure: () => Promise<Flow>;
  #handshake: Handshake | undefined = undefined;

  /** @param secure does the handshake, and answers what is used from then on */
  constructor(stream: Duplex, owner: { toString(): string }, secure: () => Promise<Flow>) {
    super(stream, owner);
    this.#secure = secure;
  }

  override get isReadable(): boolean {
    return this.#handshake === undefined ? super.isReadable : this.#handshake.isOver;
  }

  override get isWritable(): boolean {
    return this.#handshake === undefined ? super.isWritable : this.#handshake.isOver;
  }

  override get hasFailed(): boolean {
    return this.#handshake === undefined && super.hasFailed;
  }

  override async receive(max: number, seconds?: number): Promise<Buffer> {
    return await (await this.#secure()).receive(max, seconds);
  }

  override async send(
    data: Buffer,
    start: number,
    end: number,
    seconds?: number,
    isOffer?: boolean,
  ): Promise<void> {
    await (await this.#secure()).send(data, start, end, seconds, isOffer);
  }

  /** What is waited for from now on is the end of the handshake. */
  secureBy(handshake: Handshake): void {
    this.#handshake = handshake;
  }

  /** Whoever waits until something is ready looks again. */
  notify(): void {
    this.putBack(EMPTY);
  }
}

interface Lent {
  /** What is asked of the plain stream. */
  readonly names: readonly string[];
  /** What is told to it. */
  readonly calls: readonly string[];
}

/** Node reads the plain stream's handle, and asks it all but for a reset. */
const DIRECT: Lent = { names: [], calls: ['resetAndDestroy'] };
const BRIDGED: Lent = {
  names: ['localAddress', 'localPort', 'localFamily', 'remoteAddress', 'remotePort', 'remoteFamily'],
  calls: ['resetAndDestroy', 'setNoDelay', 'setKeepAlive', 'ref', 'unref'],
};

/** What concerns the connection itself, the plain stream knows. */
function lendTo(secure: TLSSocket, plain: Duplex, { names, calls }: Lent): void {
  for (const name of names) {
    Object.defineProperty(secure, name, {
      configurable: true,
      get: () => Reflect.get(plain, name) as unknown,
    });
  }
  for (const name of calls) {
    const value = (...args: unknown[]): TLSSocket => {
      const call = Reflect.get(plain, name) as ((...args: unknown[]) => unknown) | undefined;
      call?.apply(plain, args);
      return secure;
    };
    Object.defineProperty(secure, name, { configurable: true, writable: true, value });
  }
}

function isWouldBlock(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EAGAIN';
}

function raiseWantRead(error: unknown): never {
  throw isWouldBlock(error) ? new SSLWantReadError() : error;
}

function raiseWantWrite(error: unknown): never {
  throw isWouldBlock(error) ? new SSLWantWriteError() : error;
}
