/** Names by DNS, asked by c-ares, Node's own DNS client. */
import { NO_OPTIONS } from '../base/check.ts';
import { isInterrupt } from '../base/errors.ts';
import { passOn } from '../core/checkpoint.ts';
import { type AresOptions, type AresSetup, checkAresOptions } from './ares-options.ts';
import { Channels } from './channels.ts';
import { findHost, findRecords, reverseName } from './dns-look-ups.ts';
import { toAddrInfoError, toHostError } from './failures.ts';
import { byFamily, type Family, type HostEntry } from './host-entry.ts';
import { HostsFile } from './hosts-file.ts';
import type { Answer, Questions, RecordType } from './questions.ts';
import { Resolver } from './resolver.ts';
import { candidates } from './search-domains.ts';

/** What `statistics()` of an `AresResolver` answers. */
export interface AresStatistics {
  /** Look-ups that wait for a server. */
  readonly running: number;
  /** Channels of c-ares that are kept for the next look-ups. */
  readonly idle: number;
}

/** @internal What to ask for. */
export interface RecordQuestion {
  readonly name: string;
  readonly type: RecordType;
  /** The name is not completed by the search domains. */
  readonly isFull: boolean;
}

/**
 * Reads the hosts file, then asks the DNS servers itself, with time limits of its own; any number of look-ups run at
 * once without a thread. Killing or timing out a look-up cancels its questions, and those of no other.
 *
 * Short names are completed by the search domains of `resolv.conf`. `localhost` is never asked for. IPv4 and IPv6 are
 * asked for at once, and what this host has addresses of comes first. The servers are believed: an answer from
 * another address, with another id or to another question is dropped (by c-ares), signatures are not checked.
 *
 * gevent: `resolver.ares.Resolver`.
 *
 * @example
 * const resolver = new AresResolver({ nameservers: ['10.0.0.1'], timeout: 1, tries: 2 });
 * const address = await resolver.getHostByName('localhost'); // no server is asked for that
 * resolver.close();
 */
export class AresResolver extends Resolver {
  readonly #setup: AresSetup;
  readonly #hosts: HostsFile;
  readonly #channels: Channels;

  /** @throws {TypeError | RangeError} an option that makes no sense */
  constructor(options: AresOptions = NO_OPTIONS) {
    super();
    this.#setup = checkAresOptions(options);
    this.#hosts = new HostsFile(this.#setup.hostsFile);
    this.#channels = new Channels(this.#setup);
  }

  /** Ends the look-ups that run with an error, as every later one that needs a server. Never parks. */
  override close(): void {
    this.#channels.close();
  }

  statistics(): AresStatistics {
    return this.#channels.statistics();
  }

  protected override async findAddresses(
    host: string,
    family: Family | 0,
    withNames: boolean,
  ): Promise<HostEntry> {
    const known = this.#hosts.find(host, family) ?? localhost(host, family);
    if (known !== undefined) return await passOn(known);
    try {
      return await this.#run(host, (questions) =>
        findHost(questions, this.#names(host), { family, withNames }),
      );
    } catch (error) {
      throw isInterrupt(error) ? error : toAddrInfoError(error, host);
    }
  }

  protected override async findNames(address: string): Promise<HostEntry> {
    const known = this.#hosts.findNames(address);
    if (known !== undefined) return await passOn(known);
    try {
      const { values } = await this.#run(address, (questions) =>
        findRecords(questions, [reverseName(address)], 'PTR'),
      );
      const [name = '', ...aliases] = values;
      return { name, aliases, addresses: [address] };
    } catch (error) {
      throw isInterrupt(error) ? error : toHostError(error, address);
    }
  }

  /** @internal Seconds that a look-up may take in all. */
  get lifetime(): number | undefined {
    return this.#setup.lifetime;
  }

  /** @internal The records of a name, of servers alone. Calls one of the two later; answers what cancels it. */
  startRecords(
    { name, type, isFull }: RecordQuestion,
    onAnswer: (answer: Answer) => void,
    onError: (error: unknown) => void,
  ): () => void {
    const names = isFull ? [name] : this.#names(name);
    return this.#channels.start((questions) => findRecords(questions, names, type), onAnswer, onError);
  }

  #run<T>(what: string, work: (questions: Questions) => Promise<T>): Promise<T> {
    return this.#channels.run(work, { about: `the look-up of ${what}`, seconds: this.#setup.lifetime });
  }

  #names(name: string): readonly string[] {
    return candidates(name, this.#setup.rules());
  }
}

/** `localhost` is this host, whatever servers say of it. */
function localhost(host: string, family: Family | 0): HostEntry | undefined {
  if (!/^(.+\.)?localhost\.?$/i.test(host)) return undefined;
  const addresses = family === 4 ? ['127.0.0.1'] : family === 6 ? ['::1'] : byFamily(['127.0.0.1', '::1']);
  return { name: host, aliases: [], addresses };
}
