// `node network-idle.js CONNECTIONS`: a server holds so many connections, each with a greenlet that waits for bytes.
// The clients, which are bare Node, are in a process of their own: what is measured is the server.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { type Socket as Stream, connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { StreamServer } from '../../src/server.ts';
import { type Footprint, footprint, until } from '../support/footprint.ts';

/** What the server's process held. */
export interface IdleMeasured {
  readonly before: Footprint;
  readonly half: Footprint;
  readonly whole: Footprint;
  readonly after: Footprint;
  /** After the same once more. */
  readonly again: Footprint;
}

/** So many connect at once: fewer than the server lets wait. */
const OPENING = 64;
/** What makes every cache as large as it gets. */
const WARM_UP = 300;

if (process.argv[2] === 'clients') serveParent(Number(process.argv[3]));
else console.log(JSON.stringify(await measure(Number(process.argv[2]))));

async function measure(count: number): Promise<IdleMeasured> {
  let waiting = 0;
  const server = new StreamServer('127.0.0.1:0', async (socket) => {
    waiting += 1;
    try {
      await socket.recv();
    } finally {
      waiting -= 1;
    }
  });
  await server.start();
  const clients = fork(fileURLToPath(import.meta.url), ['clients', String(server.serverPort)], {
    execArgv: [],
  });
  const hold = async (wanted: number): Promise<Footprint> => {
    await tell(clients, wanted);
    await until(
      () => waiting === wanted && server.active === wanted,
      `${wanted} connections, now ${waiting}`,
    );
    return footprint();
  };
  await hold(WARM_UP);
  const before = await hold(0);
  const half = await hold(Math.floor(count / 2));
  const whole = await hold(count);
  const after = await hold(0);
  await hold(count);
  const again = await hold(0);
  clients.disconnect();
  await once(clients, 'exit');
  await server.stop();
  return { before, half, whole, after, again };
}

/** Has the clients hold so many connections. */
async function tell(clients: ChildProcess, wanted: number): Promise<void> {
  clients.send(wanted);
  await once(clients, 'message');
}

/** The clients' process: opens and closes connections, as many as it is told to hold. */
function serveParent(port: number): void {
  const held: Stream[] = [];
  process.on('message', (wanted: number) => {
    for (const stream of held.splice(wanted)) stream.destroy();
    let open = held.length;
    const openOne = (): void => {
      const stream = connect(port, '127.0.0.1', () => {
        open += 1;
        if (open === wanted) process.send?.(open);
        else if (held.length < wanted) openOne();
      });
      held.push(stream);
    };
    if (open === wanted) process.send?.(open);
    for (let n = Math.min(OPENING, wanted - open); n > 0; n -= 1) openOne();
  });
}
