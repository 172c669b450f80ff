import type { Serve } from './exchange.ts';
import type { HTTPSettings } from './options.ts';

/** @internal What the connections of an engine share: what they were told, and counts of what goes on. */
export class EngineState {
  readonly serve: Serve;
  readonly settings: HTTPSettings;
  /** Connections that have a request, or were taken over. */
  active = 0;
  /** Requests that came and are not over. */
  requests = 0;
  /** Those among them whose handler has begun. */
  begun = 0;
  /** Each connection is closed when it has answered what it has. */
  isClosing = false;

  constructor(serve: Serve, settings: HTTPSettings) {
    this.serve = serve;
    this.settings = settings;
  }
}
