/**
 * A port forwarder: whoever connects here is connected to somewhere else.
 *
 * Run it:
 *   npm run example -- port-forwarder LISTEN-PORT HOST PORT
 * for instance, with a web server at hand:
 *   npm run example -- port-forwarder 8000 example.com 80
 *   curl -H 'Host: example.com' http://127.0.0.1:8000/
 *
 * You will see the page, and here a line for each connection with the bytes that went each way. Two greenlets carry
 * the two directions; when one direction has ended the other still may go on, as TCP has it. A target that does not
 * answer within five seconds is given up.
 */
import { taskGroup } from 'gevent-ts';
import { StreamServer } from 'gevent-ts/server';
import { type Address, createConnection, SHUT_WR, type Socket, SocketError } from 'gevent-ts/socket';
import { stopOnSignal } from './support/stop-on-signal.ts';

const [listenPort = '8000', host = '127.0.0.1', port = '80'] = process.argv.slice(2);

/** Carries bytes until `from` ends, and passes the end on. Parks; answers how many bytes there were. */
async function carry(from: Socket, to: Socket): Promise<number> {
  let carried = 0;
  for (;;) {
    const data = await from.recv();
    if (data.length === 0) break;
    await to.sendAll(data);
    carried += data.length;
  }
  to.shutdown(SHUT_WR);
  return carried;
}

async function forward(client: Socket, address: Address): Promise<void> {
  let target: Socket;
  try {
    target = await createConnection([host, Number(port)], { timeout: 5 });
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    return console.log(`${String(address)}: ${error.message}`);
  }
  try {
    target.setTimeout(undefined);
    // When one direction fails, the group kills the other.
    const [up, down] = await taskGroup(async (group) => {
      const sending = group.spawn(carry, client, target);
      const receiving = group.spawn(carry, target, client);
      return [await sending.get(), await receiving.get()];
    });
    console.log(`${String(address)}: ${up} bytes there, ${down} bytes back`);
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    console.log(`${String(address)}: ${error.message}`);
  } finally {
    target.close();
  }
}

const server = new StreamServer(['127.0.0.1', Number(listenPort)], forward);
await server.start();
console.log(`Forwarding 127.0.0.1:${server.serverPort} to ${host}:${port}`);
stopOnSignal(server);
await server.serveForever();
