import { fastify } from 'fastify';

export const benches = {
  async 'http-hello'() {
    let served = 0;
    const server = fastify({ logger: false });
    server.get('/', (request, reply) => {
      served++;
      reply.send('hello');
    });
    await server.listen({ port: 0, host: '127.0.0.1' });
    return { port: server.server.address().port, served: () => served };
  },
};
