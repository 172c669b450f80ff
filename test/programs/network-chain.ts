// `node network-chain.js HOPS`: a chain of forwarders, each of two greenlets that carry bytes there and back. A message
// goes to the other end, which answers; then the chain is ended from its beginning, once by an end and once by a kill.
import { type Greenlet, joinAll, spawn } from '../../src/index.ts';
import { SHUT_WR, type Socket, SocketError, socketPair } from '../../src/socket.ts';
import { type Footprint, footprint } from '../support/footprint.ts';

/** What became of the chain. */
export interface ChainMeasured {
  readonly before: Footprint;
  readonly standing: Footprint;
  readonly after: Footprint;
  /** What came back from the other end of the chain that was ended by an end. */
  readonly polite: string;
  /** What came back from the other one, until it ended. */
  readonly killed: string;
  /** How long a message took to the other end and back. */
  readonly seconds: number;
  /** The greenlets that ended because the first one was killed. */
  readonly endedByKill: number;
}

interface Chain {
  readonly first: Socket;
  readonly greenlets: readonly Greenlet<unknown>[];
}

const hops = Number(process.argv[2]);

/** Carries bytes until `from` ends, and passes the end on. */
async function carry(from: Socket, to: Socket): Promise<void> {
  try {
    for (;;) {
      const data = await from.recv();
      if (data.length === 0) break;
      await to.sendAll(data);
    }
    to.shutdown(SHUT_WR);
  } catch (error) {
    // The neighbour is gone, or closed its end.
    if (!(error instanceof SocketError)) throw error;
  }
}

/** Forwards in both directions until both have ended, or it is killed. */
async function forward(left: Socket, right: Socket): Promise<void> {
  const back = spawn(carry, right, left);
  try {
    await carry(left, right);
    await back.join();
  } finally {
    left.close();
    right.close();
  }
}

/** The other end: answers in capitals. */
async function answer(socket: Socket): Promise<void> {
  for (;;) {
    const data = await socket.recv();
    if (data.length === 0) break;
    await socket.sendAll(data.toString().toUpperCase());
  }
  socket.close();
}

async function build(length: number): Promise<Chain> {
  const [first, second] = await socketPair();
  const greenlets: Greenlet<unknown>[] = [];
  let left = second;
  for (let n = 0; n < length; n += 1) {
    const [near, far] = await socketPair();
    greenlets.push(spawn(forward, left, near));
    left = far;
  }
  greenlets.push(spawn(answer, left));
  return { first, greenlets };
}

/** A message through a chain and back, then the end, which goes the same way. */
async function askAndEnd(length: number): Promise<string> {
  const { first, greenlets } = await build(length);
  await first.sendAll('all the way');
  const answered = String(await first.recv());
  first.shutdown(SHUT_WR);
  const end = String(await first.recv());
  await joinAll([...greenlets]);
  first.close();
  return answered + end;
}

/** The same, and then its first forwarder is killed. */
async function askAndKill(length: number): Promise<Omit<ChainMeasured, 'before' | 'after' | 'polite'>> {
  const { first, greenlets } = await build(length);
  const standing = await footprint();
  const begun = performance.now();
  await first.sendAll('and once more');
  const answered = String(await first.recv());
  const seconds = (performance.now() - begun) / 1000;
  await greenlets[0]?.kill();
  const ended = await joinAll([...greenlets], { timeout: 60 });
  const end = String(await first.recv());
  first.close();
  return { standing, killed: answered + end, seconds, endedByKill: ended.length };
}

async function measure(): Promise<ChainMeasured> {
  await askAndEnd(100);
  await askAndKill(100);
  const before = await footprint();
  const polite = await askAndEnd(hops);
  const rest = await askAndKill(hops);
  return { before, polite, ...rest, after: await footprint() };
}

console.log(JSON.stringify(await measure()));
