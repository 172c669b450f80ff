import { fastify } from 'fastify';

export const benches = {
  async 'http-hello'() {
    let served = 0;
    // The connections are idle while other contenders have their turns.
    const server = fastify({ logger: false, keepAliveTimeout: 120_000 });
    server.get('/', (request, reply) => {
      served++;
      reply.send('hello');
    });
    await server.listen({ port: 0, host: '127.0.0.1' });
    return { port: server.server.address().port, served: () => served };
  },
};
