/**
 * Services and protocols by name and by number: what the system's files say (`/etc/services`, `/etc/protocols`), and a
 * short list of the usual ones where there are none.
 */
import { mismatch } from '../base/check.ts';
import { checkPort } from './address.ts';
import { SocketError } from './errors.ts';
import { ParsedFile, wordsOfLines } from './parsed-file.ts';

interface Service {
  readonly name: string;
  readonly port: number;
  readonly proto: string;
  readonly aliases: readonly string[];
}

interface Protocol {
  readonly name: string;
  readonly number: number;
  readonly aliases: readonly string[];
}

const USUAL_SERVICES = `
echo 7/tcp\necho 7/udp\ndiscard 9/tcp\ndiscard 9/udp\nftp-data 20/tcp\nftp 21/tcp\nssh 22/tcp\ntelnet 23/tcp
smtp 25/tcp mail\ndomain 53/tcp\ndomain 53/udp\nbootps 67/udp\nbootpc 68/udp\ntftp 69/udp\nhttp 80/tcp www
pop3 110/tcp\nntp 123/udp\nimap2 143/tcp imap\nsnmp 161/tcp\nsnmp 161/udp\nldap 389/tcp\nhttps 443/tcp\nhttps 443/udp
submission 587/tcp\nsyslog 514/udp\nldaps 636/tcp\nimaps 993/tcp\npop3s 995/tcp\nmysql 3306/tcp\npostgresql 5432/tcp`;

const USUAL_PROTOCOLS = `
ip 0\nicmp 1\nigmp 2\ntcp 6\nudp 17\ndccp 33\nipv6 41\nipv6-icmp 58\nsctp 132\nudplite 136`;

const FOLDER =
  process.platform === 'win32'
    ? `${process.env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\drivers\\etc`
    : '/etc';

const services = new ParsedFile(`${FOLDER}/services`, (text): readonly Service[] => [
  ...readServices(text),
  ...readServices(USUAL_SERVICES),
]);

const protocols = new ParsedFile(`${FOLDER}/protocols`, (text): readonly Protocol[] => [
  ...readProtocols(text),
  ...readProtocols(USUAL_PROTOCOLS),
]);

function* readServices(text: string): Generator<Service> {
  for (const [name, where, ...aliases] of wordsOfLines(text)) {
    const [, port, proto] = /^(\d+)\/(\w+)$/.exec(where ?? '') ?? [];
    if (name !== undefined && proto !== undefined) yield { name, port: Number(port), proto, aliases };
  }
}

function* readProtocols(text: string): Generator<Protocol> {
  for (const [name, number, ...aliases] of wordsOfLines(text)) {
    if (name !== undefined && /^\d+$/.test(number ?? '')) yield { name, number: Number(number), aliases };
  }
}

/** @internal The port of a service, if it is known. */
export function findService(name: string, proto?: string): number | undefined {
  const isIt = (service: Service): boolean =>
    (service.name === name || service.aliases.includes(name)) &&
    (proto === undefined || service.proto === proto);
  return services.get().find(isIt)?.port;
}

/** @internal The service of a port, if it is known. */
export function findServiceName(port: number, proto?: string): string | undefined {
  return services.get().find((known) => known.port === port && (proto === undefined || known.proto === proto))
    ?.name;
}

function checkName(value: unknown, name: string, expected: string): asserts value is string {
  if (typeof value !== 'string') throw new TypeError(mismatch(name, expected, value));
}

function checkProto(value: unknown, name: string): void {
  if (value !== undefined) checkName(value, name, "'tcp', 'udp' or another protocol's name");
}

function unknown(what: string, syscall: string): SocketError {
  return new SocketError(`Cannot find ${what}: this system does not know it`, { code: 'ENOENT', syscall });
}

/**
 * The port of a service. Never parks. Python: `socket.getservbyname`.
 *
 * @param proto `'tcp'` or `'udp'`; any when left out
 * @throws {SocketError} the service is not known
 * @throws {TypeError} not texts
 * @example
 * getServByName('https', 'tcp'); // 443
 */
export function getServByName(name: string, proto?: string): number {
  checkName(name, 'getServByName(name)', 'the name of a service');
  checkProto(proto, 'getServByName(proto)');
  const port = findService(name, proto);
  if (port === undefined) throw unknown(`the service ${withProto(name, proto)}`, 'getservbyname');
  return port;
}

/**
 * The service that has a port. Never parks. Python: `socket.getservbyport`.
 *
 * @param proto `'tcp'` or `'udp'`; any when left out
 * @throws {SocketError} no service is known there
 * @throws {TypeError | RangeError} not a port, or a `proto` that is no text
 */
export function getServByPort(port: number, proto?: string): string {
  checkPort(port, 'getServByPort(port)');
  checkProto(proto, 'getServByPort(proto)');
  const name = findServiceName(port, proto);
  if (name === undefined) throw unknown(`a service at port ${withProto(port, proto)}`, 'getservbyport');
  return name;
}

/**
 * The number of an Internet protocol. Never parks. Python: `socket.getprotobyname`.
 *
 * @throws {SocketError} the protocol is not known
 * @throws {TypeError} not a text
 * @example
 * getProtoByName('tcp'); // 6
 */
export function getProtoByName(name: string): number {
  checkName(name, 'getProtoByName(name)', 'the name of a protocol');
  const known = protocols.get().find((one) => one.name === name || one.aliases.includes(name));
  if (known === undefined) throw unknown(`the protocol ${name}`, 'getprotobyname');
  return known.number;
}

function withProto(what: string | number, proto: string | undefined): string {
  return proto === undefined ? String(what) : `${what}/${proto}`;
}
