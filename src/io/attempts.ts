/** Calls of a socket that its close() must end, wherever they wait: in a look-up, in a connection that is being made. */
import { Scope, currentScopeOrMain } from '../core/scope.ts';
import type { SocketError } from '../inet/errors.ts';

/** Carries the error to raise past those who catch what they know. */
class Closed extends Error {
  readonly error: SocketError;

  constructor(error: SocketError) {
    super(error.message);
    this.error = error;
  }
}

/** @internal The calls of one socket that are under way. */
export class Attempts {
  readonly #scopes = new Set<Scope>();

  /** Runs `work`, until {@link cancel}. Parks as `work` does. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    const scope = new Scope(currentScopeOrMain());
    this.#scopes.add(scope);
    try {
      return await scope.run(work);
    } catch (error) {
      throw error instanceof Closed ? error.error : error;
    } finally {
      this.#scopes.delete(scope);
      scope.close();
    }
  }

  /** Raises `error` in all of them. Never parks. */
  cancel(error: SocketError): void {
    for (const scope of [...this.#scopes]) scope.interrupt(new Closed(error));
  }
}
