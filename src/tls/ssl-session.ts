/** Sessions: what a client keeps of a handshake, to make the next one with the same server shorter. */
import { inspectAsText } from '../base/format.ts';
import type { ContextSettings } from './context-settings.ts';

/**
 * A session of a client's: `sock.session` of one connection, given as `session` to the next one of the same context.
 * Python: `ssl.SSLSession`.
 */
export class SSLSession {
  /** @internal */
  readonly context: ContextSettings;
  /** @internal The server's certificate (DER): Node forgets it when the session is resumed. */
  readonly certificate: Buffer | undefined;
  readonly #data: Buffer;

  /** @internal */
  constructor(data: Buffer, context: ContextSettings, certificate: Buffer | undefined) {
    this.#data = data;
    this.context = context;
    this.certificate = certificate;
  }

  /** What Node has of it. */
  get data(): Buffer {
    return this.#data;
  }

  toString(): string {
    return `<SSLSession of ${this.#data.length} bytes>`;
  }
}
inspectAsText(SSLSession);
