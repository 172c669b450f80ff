/** The floor of servers: node:net and node:http, with callbacks alone. */
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';

const MESSAGE_SIZE = 1024;

/** The port of a server that listens from now on. */
async function listening(server) {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

async function echo() {
  let bytes = 0;
  const server = createServer((socket) => {
    socket.on('data', (data) => {
      bytes += data.length;
      socket.write(data);
    });
  });
  return { port: await listening(server), served: () => bytes / MESSAGE_SIZE };
}

async function http(answer) {
  let served = 0;
  // The connections are idle while other contenders have their turns.
  const server = createHttpServer({ keepAliveTimeout: 120_000 }, (request, response) => {
    served++;
    answer(response);
  });
  return { port: await listening(server), served: () => served };
}

const hello = () => http((response) => response.end('hello'));
const helloLater = () => http((response) => setTimeout(() => response.end('hello'), 10));

export const benches = {
  'tcp-echo': echo,
  'idle-10k': echo,
  'http-hello': hello,
  'http-fetch': hello,
  'http-10k': helloLater,
  'idle-10k-http': hello,
};
