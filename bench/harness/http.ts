/** Throughput of a request listener over loopback; the load comes from another process, on another CPU. */
import { execFile } from 'node:child_process';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import { harnessScript } from './paths.ts';
import { pinned, pinSelf } from './pin.ts';
import type { Measured, Task } from './types.ts';

const run = promisify(execFile);

/** Serves the listener while the load runs; every request must be served and answered once. */
export async function measureUnderLoad(listener: RequestListener, task: Task): Promise<Measured> {
  let served = 0;
  const server = createServer((request, response) => {
    served++;
    listener(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  const load = async (milliseconds: number): Promise<{ answered: number; seconds: number }> => {
    const args = [harnessScript('http-load'), String(port), String(milliseconds)];
    const { stdout } = await run(...pinned(task.loadCpu, process.execPath, args));
    return JSON.parse(stdout);
  };
  await load(task.warmMs);
  pinSelf(task.cpu);
  served = 0;
  const cpu = process.cpuUsage();
  const { answered, seconds } = await load(task.measureMs * 4);
  const { user, system } = process.cpuUsage(cpu);
  server.closeAllConnections();
  server.close();
  const figures = { requestsPerSecond: answered / seconds, cpuMicroseconds: (user + system) / served };
  return { checksum: served - answered, figures };
}
