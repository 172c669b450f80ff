/**
 * c-ares channels. Node can cancel all questions of a channel and not one of them, so each look-up has a channel to
 * itself. That has a price: alone, 0.18 ms where a shared channel takes 0.16; of 25 at once, 85 us of processor time
 * each where a shared one takes 20. Channels are kept for later look-ups, the last one used in front, which wins 5 to
 * 25 us; above all, a channel that has been used knows which servers do not answer.
 */
import { Resolver as NodeResolver } from 'node:dns';
import { LookUpFailure } from './failures.ts';
import { type LookUpLimits, parkOn } from './park-on.ts';
import { Questions } from './questions.ts';
import { systemRules } from './search-domains.ts';

// As they were when the library was loaded, whatever is patched later.
const Native = NodeResolver;

const MAX_IDLE = 32;

/** @internal What every channel is opened with. */
export interface ChannelOptions {
  /** `'10.0.0.1:53'`, `'[::1]:53'`; undefined: those of the system. */
  readonly servers: readonly string[] | undefined;
  /** Seconds for the first try; the later ones take longer. */
  readonly timeout: number | undefined;
  readonly tries: number | undefined;
}

/** @internal */
export class Channels {
  readonly #options: ChannelOptions;
  readonly #busy = new Set<Questions>();
  #idle: NodeResolver[] = [];
  /** The system's settings that the idle ones were opened with. */
  #system: unknown = undefined;
  #isClosed = false;

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  /**
   * Runs a look-up and parks until it is done. A kill or a timeout in the meantime cancels its questions, and `work`
   * then ends by the failure of the one it waits for.
   */
  run<T>(work: (questions: Questions) => Promise<T>, limits: LookUpLimits): Promise<T> {
    return parkOn<T>((onValue, onError) => this.start(work, onValue, onError), limits);
  }

  /** As {@link run}, for those who do not wait: tells one of the two, never before it returns. Answers what cancels it. */
  start<T>(
    work: (questions: Questions) => Promise<T>,
    onValue: (value: T) => void,
    onError: (error: unknown) => void,
  ): () => void {
    const native = this.#take();
    const system = this.#system;
    const questions = new Questions(native);
    if (this.#isClosed) questions.cancel();
    this.#busy.add(questions);
    const giveBack = (): void => {
      this.#busy.delete(questions);
      const isGood = questions.isIdle && system === this.#system && !this.#isClosed;
      if (isGood && this.#idle.length < MAX_IDLE) this.#idle.push(native);
    };
    void work(questions).then(
      (value) => {
        giveBack();
        onValue(value);
      },
      (error: unknown) => {
        giveBack();
        onError(this.#isClosed ? new LookUpFailure('ECANCELLED', 'the resolver is closed') : error);
      },
    );
    return () => questions.cancel();
  }

  /** Cancels every look-up. */
  close(): void {
    this.#isClosed = true;
    this.#idle = [];
    for (const questions of this.#busy) questions.cancel();
  }

  /** How many look-ups run, and how many channels are kept for the next. */
  statistics(): { readonly running: number; readonly idle: number } {
    return Object.freeze({ running: this.#busy.size, idle: this.#idle.length });
  }

  #take(): NodeResolver {
    const { servers, timeout, tries } = this.#options;
    if (servers === undefined) {
      const system = systemRules.get();
      if (system !== this.#system) this.#idle = [];
      this.#system = system;
    }
    const kept = this.#idle.pop();
    if (kept !== undefined) return kept;
    const native = new Native({
      ...(timeout === undefined ? undefined : { timeout: Math.max(1, Math.round(timeout * 1000)) }),
      ...(tries === undefined ? undefined : { tries }),
    });
    if (servers !== undefined) native.setServers(servers);
    return native;
  }
}
