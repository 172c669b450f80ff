// A DNS server on loopback, UDP and TCP, that serves a zone and misbehaves where a test says so.
import { type Socket as UdpSocket, createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import { type Answer, type DecodedPacket, TRUNCATED_RESPONSE, decode, encode } from 'dns-packet';

/** What a name has, and how its questions are answered. */
export interface Zone {
  readonly A?: readonly string[];
  readonly AAAA?: readonly string[];
  readonly PTR?: readonly string[];
  readonly CNAME?: string;
  readonly ttl?: number;
  /** 2 SERVFAIL, 3 NXDOMAIN, 5 REFUSED. */
  readonly rcode?: number;
  /** Not answered until `release`. */
  readonly isHeld?: boolean;
  /** So many questions are left without an answer first. */
  readonly dropped?: number;
  /** Cut off in UDP, so that one has to ask again by TCP. */
  readonly isTruncated?: boolean;
  /** Sent before the answer: what somebody who does not know the question would send. */
  readonly lies?: (question: DecodedPacket) => readonly Buffer[];
}

export interface Seen {
  readonly via: 'udp' | 'tcp';
  readonly name: string;
  readonly type: string;
}

export class DnsServer {
  readonly zones: Record<string, Zone>;
  /** Every question, in order. */
  readonly seen: Seen[] = [];
  #udp: UdpSocket;
  #tcp: Server;
  #connections = new Set<Socket>();
  #held: { readonly name: string; readonly answer: () => void }[] = [];
  #arrivals: { readonly isHere: () => boolean; readonly tell: () => void }[] = [];

  private constructor(zones: Record<string, Zone>, udp: UdpSocket, tcp: Server) {
    this.zones = zones;
    this.#udp = udp;
    this.#tcp = tcp;
    udp.on('message', (message, { port, address }) => {
      this.#onQuestion(decode(message), 'udp', (packet) => udp.send(packet, port, address, () => {}));
    });
    tcp.on('connection', (socket) => this.#onConnection(socket));
  }

  static async start(zones: Record<string, Zone>): Promise<DnsServer> {
    for (;;) {
      const udp = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
      udp.bind(0, '127.0.0.1');
      await once(udp, 'listening');
      const tcp = createServer().listen(udp.address().port, '127.0.0.1');
      try {
        await once(tcp, 'listening');
        return new DnsServer(zones, udp, tcp);
      } catch {
        // The port is taken in TCP: another one.
        udp.close();
      }
    }
  }

  /** As a resolver takes it. */
  get address(): string {
    return `127.0.0.1:${(this.#tcp.address() as AddressInfo).port}`;
  }

  /** Those that were asked for a name, as `udp A`. */
  asked(name: string): string[] {
    return this.seen.filter((one) => one.name === name).map(({ via, type }) => `${via} ${type}`);
  }

  /** Resolves when a name has been asked for so often. */
  arrived(name: string, count = 1): Promise<void> {
    return new Promise((tell) => {
      this.#arrivals.push({ isHere: () => this.asked(name).length >= count, tell });
      this.#tellArrivals();
    });
  }

  /** Answers the questions that are held. */
  release(name: string): void {
    for (const held of this.#held.splice(0)) {
      if (held.name === name) held.answer();
      else this.#held.push(held);
    }
  }

  async close(): Promise<void> {
    for (const socket of this.#connections) socket.destroy();
    const closed = [once(this.#udp, 'close'), once(this.#tcp, 'close')];
    this.#udp.close();
    this.#tcp.close();
    await Promise.all(closed);
  }

  #onConnection(socket: Socket): void {
    this.#connections.add(socket);
    socket.on('close', () => this.#connections.delete(socket)).on('error', () => {});
    let rest = Buffer.alloc(0);
    socket.on('data', (data) => {
      rest = Buffer.concat([rest, data]);
      while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
        const end = 2 + rest.readUInt16BE(0);
        this.#onQuestion(decode(rest.subarray(2, end)), 'tcp', (packet) => {
          const length = Buffer.alloc(2);
          length.writeUInt16BE(packet.length);
          socket.write(Buffer.concat([length, packet]));
        });
        rest = rest.subarray(end);
      }
    });
  }

  #onQuestion(question: DecodedPacket, via: 'udp' | 'tcp', send: (packet: Buffer) => void): void {
    const { name = '', type = 'A' } = question.questions?.[0] ?? {};
    this.seen.push({ via, name, type });
    const zone = this.zones[name];
    const isDropped =
      this.asked(name).filter((one) => one === `${via} ${type}`).length <= (zone?.dropped ?? 0);
    const answer = (): void => {
      for (const lie of zone?.lies?.(question) ?? []) send(lie);
      send(this.#answer(question, via === 'udp' && zone?.isTruncated === true));
    };
    if (zone?.isHeld === true) this.#held.push({ name, answer });
    else if (!isDropped) answer();
    this.#tellArrivals();
  }

  #tellArrivals(): void {
    for (const one of this.#arrivals.splice(0)) {
      if (one.isHere()) one.tell();
      else this.#arrivals.push(one);
    }
  }

  #answer(question: DecodedPacket, isTruncated: boolean): Buffer {
    const { name = '', type = 'A' } = question.questions?.[0] ?? {};
    const answers: Answer[] = [];
    let owner = name;
    let zone = this.zones[owner];
    while (zone?.CNAME !== undefined && answers.length < 32) {
      answers.push({ type: 'CNAME', name: owner, ttl: zone.ttl ?? 60, data: zone.CNAME });
      if (type === 'CNAME') break;
      owner = zone.CNAME;
      zone = this.zones[owner];
    }
    if (type === 'A' || type === 'AAAA' || type === 'PTR') {
      for (const data of zone?.[type] ?? []) answers.push({ type, name: owner, ttl: zone?.ttl ?? 60, data });
    }
    const rcode = zone === undefined ? 3 : (zone.rcode ?? 0);
    return encode({
      type: 'response',
      id: question.id ?? 0,
      flags: rcode | (isTruncated ? TRUNCATED_RESPONSE : 0),
      questions: question.questions ?? [],
      answers: isTruncated ? [] : answers,
    });
  }
}

/** An answer of somebody who has guessed. */
export function lie(
  question: DecodedPacket,
  { id = question.id ?? 0, name = question.questions?.[0]?.name ?? '' }: { id?: number; name?: string },
): Buffer {
  return encode({
    type: 'response',
    id,
    questions: [{ type: 'A', name }],
    answers: [{ type: 'A', name, ttl: 60, data: '6.6.6.6' }],
  });
}
