/** What all the servers here do at Ctrl-C: stop in good order. */
import { spawn } from 'gevent-ts';

/** Stops the server at the first SIGINT or SIGTERM. `serveForever` returns then, and the program ends. */
export function stopOnSignal(server: { stop(): Promise<unknown> }): void {
  const stop = (): void => {
    process.off('SIGINT', stop).off('SIGTERM', stop);
    spawn(() => server.stop());
  };
  process.on('SIGINT', stop).on('SIGTERM', stop);
}
