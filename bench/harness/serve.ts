/**
 * A server in a process of its own: `node serve.js MODULE EXPORTED NAME`. It prints its port, and then answers lines:
 * `usage` with what it has served and used, `memory` with what it holds. It ends with its input.
 */
import { createInterface } from 'node:readline';
import { setImmediate as turn } from 'node:timers/promises';
import { settledHeap } from './heap.ts';
import type { Memory, ServerBench, Usage } from './types.ts';

const [url = '', exported = '', name = ''] = process.argv.slice(2);
const module = (await import(url)) as Record<string, Record<string, ServerBench> | undefined>;
const start = module[exported]?.[name];
if (start === undefined) throw new Error(`error: no bench ${name}`);

const { port, served } = await start();

function usage(): Usage {
  const { user, system } = process.cpuUsage();
  return { served: served(), cpuMicroseconds: user + system };
}

async function memory(): Promise<Memory> {
  // The connections of an earlier load have to be gone.
  for (let i = 0; i < 10; i++) await turn();
  return { heap: await settledHeap(), rss: process.memoryUsage.rss() };
}

console.log(JSON.stringify({ port }));
for await (const line of createInterface(process.stdin))
  console.log(JSON.stringify(line === 'memory' ? await memory() : usage()));
process.exit();
