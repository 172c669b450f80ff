/** Two connected sockets. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mismatch } from '../base/check.ts';
import { interruptible } from '../core/interruptible.ts';
import type { Address } from '../inet/address.ts';
import { AF_INET, AF_UNIX } from '../inet/constants.ts';
import { systemError } from '../inet/errors.ts';
import { createServer } from './create-server.ts';
import { Socket } from './socket.ts';

/**
 * Two sockets that are connected to each other. Parks for a moment: Node has no call for it, so they meet at a
 * listening socket of their own. Python: `socket.socketpair`.
 *
 * @param family `AF_UNIX`, the default where there is one, or `AF_INET`
 * @example
 * const [left, right] = await socketPair();
 * await left.sendAll('hi');
 */
export function socketPair(
  family: number = process.platform === 'win32' ? AF_INET : AF_UNIX,
): Promise<[Socket, Socket]> {
  if (family !== AF_UNIX && family !== AF_INET) {
    throw new TypeError(mismatch('socketPair(family)', 'AF_UNIX or AF_INET', family));
  }
  return family === AF_INET ? meetAt(['127.0.0.1', 0]) : meetInFolder();
}

/** In a folder that nobody else may enter, no stranger can come in between. */
async function meetInFolder(): Promise<[Socket, Socket]> {
  const folder = await interruptible(mkdtemp(join(tmpdir(), 'gevent-')));
  try {
    return await meetAt(join(folder, 'pair'));
  } finally {
    void rm(folder, { recursive: true, force: true }).catch(() => {});
  }
}

async function meetAt(address: Address): Promise<[Socket, Socket]> {
  const listener = await createServer(address, { backlog: 8 });
  const left = new Socket(listener.family);
  try {
    await left.connect(listener.getSockName());
    const [right, from] = await listener.accept();
    if (listener.family === AF_UNIX || String(from) === String(left.getSockName())) return [left, right];
    right.close();
    throw systemError('ECONNABORTED', 'socketpair');
  } catch (error) {
    left.close();
    throw error;
  } finally {
    listener.close();
  }
}
