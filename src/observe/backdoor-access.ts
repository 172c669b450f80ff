/** Who could reach a backdoor: whoever can, can do all that the program can. */
import { statSync } from 'node:fs';
import type { Address } from '../inet/address.ts';
import { formatAddress } from '../inet/address.ts';
import { Socket } from '../io/socket.ts';

const LOOPBACK = /^(?:127(?:\.\d{1,3}){3}|::1|::ffff:127(?:\.\d{1,3}){3}|localhost)$/i;

/** @internal Throws, unless this machine, or this user, alone can connect there. */
export function checkPrivate(listener: Address | Socket, mode: number | undefined, name: string): void {
  const address = listener instanceof Socket ? listener.getSockName() : listener;
  const problem =
    typeof address === 'string'
      ? problemOfPath(address, listener instanceof Socket ? modeOf(address) : mode)
      : problemOfHost(address[0]);
  if (problem === undefined) return;
  throw new TypeError(
    `${name}: a backdoor on ${formatAddress(address)} ${problem}, and could do all that this program can; ` +
      `listen on 127.0.0.1, ::1 or the path of a Unix-domain socket, or say { unsafe: true }`,
  );
}

function problemOfHost(host: string): string | undefined {
  return LOOPBACK.test(host) ? undefined : 'could be reached from other machines';
}

function problemOfPath(path: string, mode: number | undefined): string | undefined {
  if (path.startsWith('\0')) return 'has no permissions: every user of this machine could connect to it';
  if (process.platform === 'win32') return undefined;
  return mode === undefined || (mode & 0o077) !== 0
    ? 'would let other users of this machine connect to it'
    : undefined;
}

function modeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mode;
}
