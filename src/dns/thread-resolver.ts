/** Names by the system's own `getaddrinfo`, which Node calls in its threads. */
import { lookup, lookupService } from 'node:dns';
import { NO_OPTIONS, checkOptions } from '../base/check.ts';
import { config } from '../base/config.ts';
import { isInterrupt } from '../base/errors.ts';
import { NativePromise } from '../base/native.ts';
import { checkLimit } from '../base/resolver-settings.ts';
import { pendingInterrupt } from '../core/checkpoint.ts';
import { interruptible } from '../core/interruptible.ts';
import { Timeout } from '../core/timeout.ts';
import { Channels } from './channels.ts';
import { followAliases } from './dns-look-ups.ts';
import { LookUpFailure, toAddrInfoError, toHostError } from './failures.ts';
import type { Family, HostEntry } from './host-entry.ts';
import { HostsFile } from './hosts-file.ts';
import { Resolver } from './resolver.ts';

// As they were when the library was loaded, whatever is patched later.
const nativeLookup = lookup;
const nativeLookupService = lookupService;

/** What a `ThreadResolver` is made with. */
export interface ThreadResolverOptions {
  /** Seconds that a look-up may take in all. Default: `config.resolverTimeout`. */
  readonly lifetime?: number | undefined;
}

/** Seconds for a question beside the system's own look-up. */
const ALIAS_SECONDS = 2;

/**
 * The default: asks the system, so that `/etc/hosts`, `nsswitch.conf` and whatever else it is set up with count. Node
 * does that in the four threads (`UV_THREADPOOL_SIZE`) that it reads files with. A look-up cannot be stopped: a killed
 * waiter leaves at once, and the late answer is dropped.
 *
 * The system's answer comes without the official name. Where that is asked for (`getHostByNameEx`, AI_CANONNAME) it
 * is taken from the hosts file or, for at most two seconds, from the CNAME records of the system's DNS servers.
 *
 * gevent: `resolver.thread.Resolver`.
 */
export class ThreadResolver extends Resolver {
  readonly #lifetime: number | undefined;
  readonly #hosts = new HostsFile();
  readonly #channels = new Channels({ servers: undefined, timeout: ALIAS_SECONDS, tries: 1 });

  constructor(options: ThreadResolverOptions = NO_OPTIONS) {
    super();
    checkOptions(options, 'ThreadResolver(options)');
    this.#lifetime = checkLimit(options.lifetime, 'ThreadResolver({ lifetime })') ?? config.resolverTimeout;
  }

  protected override async findAddresses(
    host: string,
    family: Family | 0,
    withNames: boolean,
  ): Promise<HostEntry> {
    let addresses: readonly string[];
    try {
      addresses = await this.#wait(() => lookUp(host, family));
    } catch (error) {
      throw isInterrupt(error) ? error : toAddrInfoError(error, host);
    }
    const names = withNames ? await this.#names(host, family) : { name: host, aliases: [] };
    return { ...names, addresses };
  }

  protected override async findNames(address: string): Promise<HostEntry> {
    try {
      const name = await this.#wait(() => lookUpName(address));
      const known = this.#hosts.findNames(address);
      return known?.name === name ? known : { name, aliases: [], addresses: [address] };
    } catch (error) {
      throw isInterrupt(error) ? error : toHostError(error, address);
    }
  }

  async #names(host: string, family: Family | 0): Promise<{ name: string; aliases: readonly string[] }> {
    const known = this.#hosts.find(host, family);
    if (known !== undefined) return known;
    try {
      const about = `the official name of ${host}`;
      return await this.#channels.run((questions) => followAliases(questions, host), {
        about,
        seconds: ALIAS_SECONDS,
      });
    } catch (error) {
      if (isInterrupt(error)) throw error;
      return { name: host, aliases: [] };
    }
  }

  async #wait<T>(start: () => Promise<T>): Promise<T> {
    const reason = pendingInterrupt();
    if (reason !== undefined) throw reason;
    const promise = start();
    if (this.#lifetime === undefined) return await interruptible(promise);
    const limit = new Timeout(this.#lifetime);
    try {
      return (await limit.run(() => interruptible(promise))) as T;
    } catch (error) {
      if (error !== limit) throw error;
      throw new LookUpFailure('ETIMEOUT', `no answer within ${this.#lifetime} s`);
    }
  }
}

function lookUp(host: string, family: Family | 0): Promise<readonly string[]> {
  return new NativePromise((resolve, reject) => {
    nativeLookup(host, { all: true, family, order: 'verbatim' }, (error, found) => {
      if (error !== null) reject(error);
      else resolve(found.map(({ address }) => address));
    });
  });
}

function lookUpName(address: string): Promise<string> {
  return new NativePromise((resolve, reject) => {
    nativeLookupService(address, 0, (error, name) => {
      if (error !== null) reject(error);
      else resolve(name);
    });
  });
}
