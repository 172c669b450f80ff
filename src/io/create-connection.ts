/**
 * Connecting to a name: its addresses are tried in turn, families alternating. One that does not answer within a
 * quarter of a second is not waited for alone: the next is tried beside it. The first connection wins, the others are
 * closed (RFC 8305, "happy eyeballs").
 */
import type { Socket as Stream } from 'node:net';
import { checkFlag, checkOptions } from '../base/check.ts';
import { Empty, isInterrupt } from '../base/errors.ts';
import type { Greenlet } from '../core/greenlet.ts';
import { spawn } from '../core/spawn.ts';
import { type Seconds, Timeout } from '../core/timeout.ts';
import { type Address, type InetAddress, checkAddress } from '../inet/address.ts';
import { SocketError, SocketTimeout } from '../inet/errors.ts';
import { SimpleQueue } from '../sync/simple-queue.ts';
import { openConnection } from './connect.ts';
import { checkTimeout, getDefaultTimeout } from './default-timeout.ts';
import { resolveAll } from './resolve-address.ts';
import { Socket } from './socket.ts';

/** What `createConnection` takes. */
export interface ConnectionOptions {
  /** Seconds that it may take in all; the socket keeps them as its timeout. Default: `getDefaultTimeout()`. */
  readonly timeout?: Seconds | undefined;
  /** The local address to connect from: `[host, port]`. */
  readonly sourceAddress?: InetAddress | undefined;
  /** When no address answers: raise all their errors, in an AggregateError, in place of the last one. */
  readonly allErrors?: boolean | undefined;
}

/** Seconds after which the next address is tried beside those that have not answered. */
const ATTEMPT_DELAY = 0.25;

/** How one attempt ended. */
type Outcome = { readonly stream: Stream } | { readonly error: unknown };

/**
 * A socket connected to `address`: `[host, port]`, or a path. Parks while the host is looked up and its addresses are
 * tried; interrupted on the way, it leaves nothing open. gevent: `socket.create_connection`.
 *
 * @throws {SocketTimeout} not connected within `timeout` seconds
 * @throws {SocketError} no address answered: the error of the last, or an AggregateError with `allErrors`
 * @throws {GetAddrInfoError} the host has no address
 * @example
 * const sock = await createConnection(['localhost', 8080], { timeout: 5 });
 */
export function createConnection(address: Address, options: ConnectionOptions = {}): Promise<Socket> {
  const to = checkAddress(address, 'createConnection(address)');
  checkOptions(options, 'createConnection(options)');
  const { sourceAddress, allErrors } = options;
  if (sourceAddress !== undefined) checkAddress(sourceAddress, 'createConnection({ sourceAddress })');
  checkFlag(allErrors, 'createConnection({ allErrors })');
  const timeout = checkTimeout(options.timeout, 'createConnection({ timeout })') ?? getDefaultTimeout();
  return connectWithin(to, timeout, sourceAddress, allErrors === true);
}

async function connectWithin(
  to: Address,
  timeout: Seconds | undefined,
  local: InetAddress | undefined,
  allErrors: boolean,
): Promise<Socket> {
  const connect = (): Promise<Stream> => connectToAny(to, local, allErrors);
  const stream = timeout === undefined ? await connect() : await within(timeout, connect);
  const socket = Socket.fromStream(stream);
  socket.setTimeout(timeout);
  return socket;
}

/** Raises a timeout of sockets, which is an error like any other, in place of the Timeout that interrupts. */
async function within(seconds: Seconds, connect: () => Promise<Stream>): Promise<Stream> {
  const limit = new Timeout(seconds);
  try {
    return (await limit.run(connect)) as Stream;
  } catch (error) {
    if (error === limit) throw new SocketTimeout();
    throw error;
  }
}

async function connectToAny(
  to: Address,
  local: InetAddress | undefined,
  allErrors: boolean,
): Promise<Stream> {
  const addresses = alternate(await resolveAll(to));
  const [only] = addresses;
  // Nothing to choose from, and nothing to race.
  if (only !== undefined && addresses.length === 1) return await attempt(only, local, allErrors);
  return await race(addresses, local, allErrors);
}

async function attempt(to: Address, local: InetAddress | undefined, allErrors: boolean): Promise<Stream> {
  try {
    return await openConnection(to, { local });
  } catch (error) {
    if (allErrors && error instanceof SocketError) throw failure([error], true);
    throw error;
  }
}

async function race(
  addresses: readonly Address[],
  local: InetAddress | undefined,
  allErrors: boolean,
): Promise<Stream> {
  const outcomes = new SimpleQueue<Outcome>();
  const attempts: Greenlet<void>[] = [];
  const errors: unknown[] = [];
  let isOver = false;
  const tryOne = async (to: Address): Promise<void> => {
    try {
      const stream = await openConnection(to, { local });
      if (isOver) stream.destroy();
      else outcomes.putNowait({ stream });
    } catch (error) {
      if (isInterrupt(error)) throw error;
      outcomes.putNowait({ error });
    }
  };
  try {
    while (errors.length < addresses.length) {
      const next = addresses[attempts.length];
      if (next !== undefined) attempts.push(spawn(tryOne, next));
      const outcome = await nextOutcome(
        outcomes,
        attempts.length < addresses.length ? ATTEMPT_DELAY : undefined,
      );
      if (outcome === undefined) continue;
      if ('stream' in outcome) return outcome.stream;
      errors.push(outcome.error);
    }
    throw failure(errors, allErrors);
  } finally {
    isOver = true;
    for (const greenlet of attempts) greenlet.kill({ block: false });
    for (const late of outcomes.toArray()) if ('stream' in late) late.stream.destroy();
  }
}

/** The next attempt that ended; nothing if none did within `seconds`. */
async function nextOutcome(
  outcomes: SimpleQueue<Outcome>,
  seconds: Seconds | undefined,
): Promise<Outcome | undefined> {
  try {
    return await outcomes.get({ timeout: seconds });
  } catch (error) {
    if (error instanceof Empty) return undefined;
    throw error;
  }
}

function failure(errors: readonly unknown[], allErrors: boolean): unknown {
  return allErrors ? new AggregateError(errors, 'Cannot connect to any address') : errors.at(-1);
}

/** The families in turn, beginning with that of the first address; each family in its own order. */
function alternate(addresses: readonly Address[]): readonly Address[] {
  const isSix = (address: Address): boolean => address[0]?.includes(':') === true;
  const [first] = addresses;
  if (first === undefined || typeof first === 'string') return addresses;
  const preferred = addresses.filter((address) => isSix(address) === isSix(first));
  const others = addresses.filter((address) => isSix(address) !== isSix(first));
  return preferred
    .flatMap((address, index) => [address, ...others.slice(index, index + 1)])
    .concat(others.slice(preferred.length));
}
