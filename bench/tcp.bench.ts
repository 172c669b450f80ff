/** A TCP server that sends back what it receives: each connection has a greenlet, parked in recv(). */
import type { ServerBench } from './harness/types.ts';
import { type StreamHandle, StreamServer } from '../src/server.ts';
import type { Socket } from '../src/socket.ts';

const MESSAGE_SIZE = 1024;

let bytes = 0;

const echo: StreamHandle = async (socket) => {
  for (let data = await socket.recv(); data.length > 0; data = await socket.recv()) {
    bytes += data.length;
    await socket.sendAll(data);
  }
};

async function echoOnce(socket: Socket): Promise<boolean> {
  const data = await socket.recv();
  bytes += data.length;
  await socket.sendAll(data);
  return data.length > 0;
}

/** The last message is not held on to while it waits for the next: that memory is not the library's. */
const echoAndForget: StreamHandle = async (socket) => {
  while (await echoOnce(socket));
};

const serving =
  (handle: StreamHandle): ServerBench =>
  async () => {
    const server = new StreamServer('127.0.0.1:0', handle);
    await server.start();
    return { port: server.serverPort!, served: () => bytes / MESSAGE_SIZE };
  };

export const benches: Readonly<Record<string, ServerBench>> = {
  'tcp-echo': serving(echo),
  'idle-10k': serving(echoAndForget),
};
