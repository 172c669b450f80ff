// autocannon sends ten requests on a connection before it looks at the answers.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { certificatePair } from '../support/certificates.ts';
import { FACES, clientTest, describer } from '../support/clients.ts';

/** Run as its user runs it: in a process of its own. */
const autocannon = createRequire(import.meta.url).resolve('autocannon/autocannon.js');

/** What is read of its report. */
interface Report {
  readonly errors: number;
  readonly timeouts: number;
  readonly mismatches: number;
  readonly non2xx: number;
  readonly '2xx': number;
}

const AMOUNT = 1000;
const CONNECTIONS = 10;
const PIPELINING = 10;
/** It hangs up on a connection when it has read the first answer of its last ten, whoever the server is. */
const READ = AMOUNT - CONNECTIONS * (PIPELINING - 1);

const CASES = [
  ...FACES.map((face) => ({ face, scheme: 'http' })),
  { face: 'fetch', scheme: 'https' },
] as const;

for (const { face, scheme } of CASES) {
  clientTest(
    [],
    `autocannon finds no fault with a ${face} application over ${scheme}, ten requests at a time`,
    async (world) => {
      const server = await world.serve(describer(face, scheme === 'https' ? certificatePair('server') : {}));
      const url = `${scheme}://127.0.0.1:${server.serverPort}/cannon`;
      const what = ['--method', 'POST', '--body', 'twelve bytes', '--expectBody', 'POST /cannon 12'];
      const sizes = { pipelining: PIPELINING, connections: CONNECTIONS, amount: AMOUNT };
      const how = Object.entries(sizes).flatMap(([option, size]) => [`--${option}`, String(size)]);
      const { code, stdout, stderr } = await world.run(process.execPath, [
        autocannon,
        '--json',
        '--no-progress',
        ...how,
        ...what,
        url,
      ]);
      assert.equal(code, 0, stderr);
      const { errors, timeouts, mismatches, non2xx, '2xx': good } = JSON.parse(stdout) as Report;
      assert.deepEqual(
        { errors, timeouts, mismatches, non2xx, good },
        { errors: 0, timeouts: 0, mismatches: 0, non2xx: 0, good: READ },
      );
    },
  );
}
