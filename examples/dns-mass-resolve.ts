/**
 * Looks up every name of a file, fifty at a time.
 *
 * Run it, with one name a line (`-` reads them from stdin):
 *   npm run example -- dns-mass-resolve names.txt [SECONDS]
 *   GEVENT_RESOLVER=ares npm run example -- dns-mass-resolve names.txt
 *
 * You will see each name with its address as soon as it is known, or why there is none; when the time is up (ten
 * seconds unless said otherwise) those that are still on their way are given up, and the last line counts them all.
 */
import { readFileSync } from 'node:fs';
import { Timeout } from 'gevent-ts';
import { Pool } from 'gevent-ts/pool';
import { getHostByName, SocketError } from 'gevent-ts/socket';

const [file = '-', seconds = '10'] = process.argv.slice(2);
const names = readFileSync(file === '-' ? 0 : file, 'utf8')
  .split('\n')
  .map((line) => line.trim())
  .filter((line) => line !== '' && !line.startsWith('#'));

let found = 0;
let missing = 0;

async function resolve(name: string): Promise<void> {
  try {
    const address = await getHostByName(name);
    found += 1;
    console.log(`${name} = ${address}`);
  } catch (error) {
    if (!(error instanceof SocketError)) throw error;
    missing += 1;
    console.log(`${name}: ${error.message}`);
  }
}

const pool = new Pool(50);
await new Timeout(Number(seconds), false).run(async () => {
  for (const name of names) await pool.spawn(resolve, name); // parks while fifty are on their way
  await pool.join();
});
await pool.kill();
console.log(`${found} found, ${missing} without an address, ${names.length - found - missing} given up`);
