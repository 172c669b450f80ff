// Servers that show another certificate for another host.
import assert from 'node:assert/strict';
import { sleep, spawn } from '../../src/index.ts';
import {
  CERT_REQUIRED,
  SSLContext,
  SSLError,
  type SSLSocket,
  type ServerNameCallback,
} from '../../src/ssl.ts';
import {
  certificatePath,
  clientContext,
  failsTLS,
  nodeClient,
  securePair,
  serverContext,
} from '../support/certificates.ts';
import { type World, portOf, socketTest, turns } from '../support/sockets.ts';

function commonName(sock: SSLSocket): unknown {
  return sock.getPeerCert()?.subject?.at(-1)?.[0]?.[1];
}

async function pairFor(
  world: World,
  host: string,
  callback: ServerNameCallback,
): Promise<[SSLSocket, SSLSocket]> {
  const server = serverContext();
  server.sniCallback = callback;
  return await securePair(world, { server, clientOptions: { serverHostname: host } });
}

const other = serverContext('other');

socketTest('the context that the callback answers is used', async (world) => {
  const names: string[] = [];
  const choose: ServerNameCallback = (sock, name, context) => {
    assert.equal(sock.serverSide, true);
    assert.ok(context instanceof SSLContext);
    names.push(name);
    return name === 'other.test' ? other : undefined;
  };
  const [client, server] = await pairFor(world, 'other.test', choose);
  assert.equal(commonName(client), 'other.test');
  assert.equal(server.context, other);
  const [second] = await pairFor(world, 'localhost', choose);
  assert.equal(commonName(second), 'localhost');
  assert.deepEqual(names, ['other.test', 'localhost']);
});

socketTest('the callback may set sock.context instead, and may park', async (world) => {
  const [client] = await pairFor(world, 'other.test', async (sock) => {
    await sleep(0.01);
    sock.context = other;
  });
  assert.equal(commonName(client), 'other.test');
});

socketTest('for a client that names no host the callback is not called', async (world) => {
  const client = clientContext();
  client.checkHostname = false;
  const server = serverContext();
  server.setServernameCallback(() => assert.fail('it was called'));
  const [ours] = await securePair(world, { client, server, clientOptions: { serverHostname: undefined } });
  assert.equal(commonName(ours), 'localhost');
});

socketTest('a callback that fails makes the handshake fail', async (world) => {
  for (const callback of [
    () => {
      throw new Error('no such host');
    },
    () => 112 as never,
  ]) {
    const server = serverContext();
    server.sniCallback = callback;
    const [ours, theirs] = await world.pair();
    const ends = await Promise.allSettled([
      clientContext().wrapSocket(ours, { serverHostname: 'localhost' }),
      server.wrapSocket(theirs, { serverSide: true }),
    ]);
    const [clientError, serverError] = ends.map((end) =>
      end.status === 'rejected' ? end.reason : undefined,
    );
    assert.ok(clientError instanceof Error);
    assert.ok(failsTLS('CALLBACK_FAILED')(serverError));
    assert.ok((serverError as SSLError).cause instanceof Error);
  }
});

socketTest('a callback is killed with the handshake that it belongs to', async (world) => {
  const server = serverContext();
  let hasEnded = false;
  server.sniCallback = async () => {
    try {
      await sleep(60);
    } finally {
      hasEnded = true;
    }
  };
  const listener = await world.listening();
  nodeClient(world, portOf(listener));
  const [plain] = await listener.accept();
  plain.setTimeout(0.1);
  await assert.rejects(server.wrapSocket(plain, { serverSide: true }), /handshake operation timed out/);
  await turns();
  assert.equal(hasEnded, true);
});

socketTest('what is asked of clients is what the first context says', async (world) => {
  const server = serverContext();
  server.loadVerifyLocations({ cafile: certificatePath('ca.pem') });
  server.verifyMode = CERT_REQUIRED;
  server.sniCallback = () => other;
  const client = clientContext();
  client.loadCertChain(certificatePath('client.pem'), certificatePath('client.key'));
  const options = { client, server, clientOptions: { serverHostname: 'other.test' } };
  other.loadVerifyLocations({ cafile: certificatePath('ca.pem') });
  const [ours, theirs] = await securePair(world, options);
  assert.equal(commonName(ours), 'other.test');
  assert.notEqual(theirs.getPeerCert(true), undefined);
  const refused = spawn(() =>
    securePair(world, { ...options, client: clientContext() }).catch((error: unknown) => error),
  );
  const failure = await refused.get();
  assert.ok(failure instanceof SSLError || Array.isArray(failure));
  if (Array.isArray(failure))
    await assert.rejects((failure as SSLSocket[])[0]?.recv() ?? Promise.reject(), SSLError);
});

socketTest('what is no function, and no context, is refused', async (world) => {
  const server = serverContext();
  assert.throws(() => {
    server.sniCallback = 5 as never;
  }, TypeError);
  const [client] = await securePair(world);
  assert.throws(() => {
    client.context = {} as never;
  }, TypeError);
});
