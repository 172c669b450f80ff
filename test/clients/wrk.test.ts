// wrk asks as fast as it can for a second: every request is answered, and rightly.
import assert from 'node:assert/strict';
import { FACES, clientTest, describer } from '../support/clients.ts';

for (const face of FACES) {
  clientTest(['wrk'], `wrk finds no fault with a ${face} application`, async (world) => {
    const server = await world.serve(describer(face));
    const url = `http://127.0.0.1:${server.serverPort}/wrk`;
    const { code, stdout, stderr } = await world.run('wrk', ['-t1', '-c32', '-d1s', '--timeout', '20s', url]);
    assert.deepEqual([code, stderr], [0, '']);
    assert.ok(Number(/(\d+) requests in/.exec(stdout)?.[1]) > 32, stdout);
    assert.doesNotMatch(stdout, /Socket errors|Non-2xx/);
  });
}
