/** Questions to DNS servers by way of c-ares. What asks together is cancelled together. */
import type { Resolver as NodeResolver } from 'node:dns';
import { NativePromise } from '../base/native.ts';
import { LookUpFailure } from './failures.ts';

/** @internal The kinds of records that are asked for. */
export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'PTR';

/** @internal The records of one answer. */
export interface Answer {
  /** Addresses as text, or names. */
  readonly values: readonly string[];
  /** Seconds for which the shortest-lived of them is good; 0 where c-ares does not tell (CNAME, PTR). */
  readonly ttl: number;
}

interface AddressRecord {
  readonly address: string;
  readonly ttl: number;
}

/** @internal The questions of one look-up. */
export class Questions {
  readonly #native: NodeResolver;
  #open = 0;
  #isCancelled = false;

  constructor(native: NodeResolver) {
    this.#native = native;
  }

  /** True while no answer is waited for. */
  get isIdle(): boolean {
    return this.#open === 0;
  }

  /** True from the moment on when the answers are of no use to anybody. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /** Asks the servers. The promise is Node's affair, not a greenlet's. Rejects with what Node reports. */
  ask(type: RecordType, name: string): Promise<Answer> {
    return new NativePromise<Answer>((resolve, reject) => {
      if (this.#isCancelled) throw new LookUpFailure('ECANCELLED', 'cancelled');
      const done = (error: Error | null, answer: () => Answer): void => {
        this.#open -= 1;
        if (error !== null) reject(error);
        else resolve(answer());
      };
      this.#send(type, name, done);
      this.#open += 1;
    });
  }

  #send(type: RecordType, name: string, done: (error: Error | null, answer: () => Answer) => void): void {
    const onAddresses = (error: Error | null, records: AddressRecord[]): void =>
      done(error, () => ofAddresses(records));
    const onNames = (error: Error | null, values: string[]): void => done(error, () => ({ values, ttl: 0 }));
    if (type === 'A') this.#native.resolve4(name, { ttl: true }, onAddresses);
    else if (type === 'AAAA') this.#native.resolve6(name, { ttl: true }, onAddresses);
    else if (type === 'CNAME') this.#native.resolveCname(name, onNames);
    else this.#native.resolvePtr(name, onNames);
  }

  /** Ends every question that is open; they reject soon after. Further ones are refused. */
  cancel(): void {
    if (this.#isCancelled) return;
    this.#isCancelled = true;
    if (this.#open > 0) this.#native.cancel();
  }
}

function ofAddresses(records: readonly AddressRecord[]): Answer {
  return {
    values: records.map(({ address }) => address),
    ttl: records.length === 0 ? 0 : Math.min(...records.map(({ ttl }) => ttl)),
  };
}
