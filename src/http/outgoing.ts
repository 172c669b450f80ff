import { ServerResponse, validateHeaderName, validateHeaderValue } from 'node:http';
import { reportUncaught } from '../core/uncaught.ts';
import { escapeText } from './access-log.ts';
import { type EngineRequest, requestLineOf } from './incoming.ts';

const emitPlainly: ServerResponse['emit'] = ServerResponse.prototype.emit;
const writeHints: ServerResponse['writeEarlyHints'] = ServerResponse.prototype.writeEarlyHints;

/** @internal The response as the engine makes it. Its methods are its own: Express gives it another prototype. */
export class EngineResponse extends ServerResponse<EngineRequest> {
  /** The engine has answered in place of the handler: whatever that does with it now is for nothing. */
  isTakenOver = false;
  override readonly emit: typeof emitPlainly = EngineResponse.#emit;
  override readonly writeEarlyHints: typeof writeHints = EngineResponse.#writeEarlyHints;

  /** A handler that writes behind the end must not end the program. This is cheaper than a listener. */
  static #emit(this: EngineResponse, event: string | symbol, ...args: unknown[]): boolean {
    if (event !== 'error' || this.listenerCount('error') > 0) return emitPlainly.call(this, event, ...args);
    if (!this.isTakenOver) reportUncaught(`the response to ${escapeText(requestLineOf(this.req))}`, args[0]);
    return false;
  }

  /** Older Nodes write the hints as they are; nothing gets on the wire that a header must not hold. */
  static #writeEarlyHints(
    this: EngineResponse,
    hints: Record<string, string | string[]>,
    callback?: () => void,
  ): void {
    for (const [name, value] of Object.entries(hints)) {
      validateHeaderName(name);
      for (const each of Array.isArray(value) ? value : [value]) validateHeaderValue(name, each);
    }
    writeHints.call(this, hints, callback);
  }
}
