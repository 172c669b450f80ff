/** The adapter that runs fetch handlers on node:http for Hono, with a bare handler: no router is measured. */
import { serve } from '@hono/node-server';

export const benches = {
  async 'http-fetch'() {
    let served = 0;
    const fetch = () => {
      served++;
      return new Response('hello');
    };
    return new Promise((resolve) => {
      // The connections are idle while other contenders have their turns.
      const serverOptions = { keepAliveTimeout: 120_000 };
      serve({ fetch, port: 0, hostname: '127.0.0.1', serverOptions }, ({ port }) =>
        resolve({ port, served: () => served }),
      );
    });
  },
};
