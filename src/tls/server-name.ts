/** Choosing what to show to a client that says which host it means: the user's callback runs in a greenlet. */
import type { SecureContext } from 'node:tls';
import type { Greenlet } from '../core/greenlet.ts';
import { spawn } from '../core/spawn.ts';
import { SSLError } from './errors.ts';
import type { ServerNameDone } from './node-stream.ts';

type Outcome = { readonly context: SecureContext | undefined } | { readonly error: unknown };

/** @internal The choice for one handshake. */
export class ServerNameChoice {
  #greenlet: Greenlet<Outcome> | undefined = undefined;

  /** Runs `choose` in a greenlet, and reports what came out of it: an SSLError if it failed. */
  make(choose: () => Promise<SecureContext | undefined>, done: ServerNameDone): void {
    const greenlet = spawn(() => outcomeOf(choose));
    this.#greenlet = greenlet;
    greenlet.rawLink(() => {
      const { value } = greenlet;
      if (value !== undefined && 'context' in value) done(null, value.context);
      else done(failure(value !== undefined && 'error' in value ? value.error : greenlet.exception));
    });
  }

  /** The handshake is over: nothing is to be chosen any more. */
  end(): void {
    this.#greenlet?.kill({ block: false });
  }
}

async function outcomeOf(choose: () => Promise<SecureContext | undefined>): Promise<Outcome> {
  try {
    return { context: await choose() };
  } catch (error) {
    // Reported to whoever waits for the handshake.
    return { error };
  }
}

function failure(cause: unknown): SSLError {
  return new SSLError('sniCallback failed', { reason: 'CALLBACK_FAILED', cause });
}
