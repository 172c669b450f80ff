// `node network-mixed.js SECONDS SEED`: servers of every kind in one process with their clients, which come and go as
// chance has it, while handlers and clients are killed at random. What is left is measured when all is over.
import { type Greenlet, getCurrent, joinAll, sleep, spawn } from '../../src/index.ts';
import { getHub } from '../../src/hub.ts';
import { clientContext } from '../support/certificates.ts';
import { Dice } from '../support/dice.ts';
import { type Footprint, descriptors, footprint, until } from '../support/footprint.ts';
import { MixedClients, type Tally } from '../support/mixed-clients.ts';
import { startServers } from '../support/mixed-servers.ts';

/** What was done, and what was left. */
export interface MixedMeasured {
  readonly before: Footprint;
  readonly after: Footprint;
  readonly tally: Tally;
  readonly kills: number;
  /** Handlers that `stop()` had to kill. */
  readonly stopped: number;
  /** Errors that were printed, each with how often. */
  readonly printed: Readonly<Record<string, number>>;
  readonly unhandled: readonly string[];
  /** Waits that were left. */
  readonly waits: readonly string[];
}

const CLIENTS = 40;

const [seconds = 1, seed = 1] = process.argv.slice(2).map(Number);
const dice = new Dice(seed);
const printed: Record<string, number> = {};
const unhandled: string[] = [];
let kills = 0;
let stopped = 0;

getHub().exceptionStream = { write: (text) => count(text) };
process.on('unhandledRejection', (error) => unhandled.push(`rejection: ${String(error)}`));
process.on('uncaughtException', (error) => unhandled.push(`exception: ${error.stack}`));

/** Counts an error by its first line and the class that it is said to be of. */
function count(text: string): void {
  const failed = / failed with (\S+)/.exec(text)?.[1] ?? '';
  const line = `${failed}: ${text.split('\n', 1)[0]}`;
  printed[line] = (printed[line] ?? 0) + 1;
}

/** Servers and clients for so long, from their start to their end. */
async function run(time: number): Promise<Tally> {
  const servers = await startServers(dice);
  const clients = new MixedClients(dice, servers, clientContext());
  const deadline = performance.now() + time * 1000;
  const own = new Set<unknown>([getCurrent()]);
  const drive = async (): Promise<void> => {
    while (performance.now() < deadline) {
      await spawn(() => clients.one()).join();
      await sleep(dice.seconds(0.05));
    }
  };
  const killer = async (): Promise<void> => {
    while (performance.now() < deadline) {
      await sleep(dice.seconds(0.02));
      const victim = dice.oneOf(
        getHub()
          .greenlets()
          .filter((greenlet) => !own.has(greenlet)),
      );
      victim?.throw();
      if (victim !== undefined) kills += 1;
    }
  };
  const drivers: Greenlet<unknown>[] = Array.from({ length: CLIENTS }, () => spawn(drive));
  drivers.push(spawn(killer));
  for (const driver of drivers) own.add(driver);
  await joinAll(drivers);
  for (const server of Object.values(servers)) stopped += await server.stop({ timeout: dice.seconds(1) });
  await until(() => getHub().statistics().alive === 0, `the end of ${String(getHub().greenlets())}`);
  return clients.tally;
}

await run(Math.min(seconds, 5));
const before = await footprint();
const tally = await run(seconds);
await until(() => getHub().loop.statistics().timers === 0, 'the end of the timers');
await until(() => descriptors() <= before.descriptors, 'the end of the descriptors', 10).catch(() => {});
const after = await footprint();
const measured: MixedMeasured = {
  before,
  after,
  tally,
  kills,
  stopped,
  printed,
  unhandled,
  waits: getHub().waits(),
};
console.log(JSON.stringify(measured));
