/**
 * A UDP client: sends a datagram and waits for the answer, which may never come.
 *
 * Run it while examples/udp-server.ts runs:
 *   npm run example -- udp-client HOST PORT MESSAGE
 *
 * You will see who answered, and what; or, after three tries of a second each, that nobody did (exit code 1).
 */
import { AF_INET, SOCK_DGRAM, SocketError, Socket, SocketTimeout } from 'gevent-ts/socket';

const [host = '127.0.0.1', port = '9000', message = 'hello'] = process.argv.slice(2);

/** What came back, and from whom. UDP promises nothing: so three times. */
async function ask(socket: Socket): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await socket.send(message);
      const [data, address] = await socket.recvFrom(8192);
      return `${String(address)}: got ${JSON.stringify(data.toString())}`;
    } catch (error) {
      // No answer in time, or the other machine says that nobody listens there: perhaps not yet.
      if (
        !(error instanceof SocketTimeout || (error instanceof SocketError && error.code === 'ECONNREFUSED'))
      )
        throw error;
      if (attempt === 3) throw error;
      console.error(`No answer (${error.message})`);
    }
  }
}

const socket = new Socket(AF_INET, SOCK_DGRAM);
try {
  socket.setTimeout(1);
  await socket.connect([host, Number(port)]);
  console.log(await ask(socket));
} catch (error) {
  if (!(error instanceof SocketError)) throw error;
  console.error(`Gave up: ${error.message}`);
  process.exitCode = 1;
} finally {
  socket.close();
}
