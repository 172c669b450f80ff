/**
 * The load of a server, in a process of its own: `node load.js PROTOCOL CONNECTIONS PORT`.
 *
 * It opens the connections, has each of them ask once, and prints a line. Then it reads lines with a number of
 * milliseconds: for so long every connection asks, and asks again as soon as it has its answer; when each has its last
 * one, it prints what that came to. It ends with its input. An answer that is not right ends it with an error.
 *
 * It works with ready-made bytes, and reads without the machinery of streams, to need little of the CPU it runs on.
 */
import { createInterface } from 'node:readline';
import { Conversation } from './conversation.ts';
import { exchanges } from './exchanges.ts';
import type { LoadFigures, Protocol } from './types.ts';

/** So many connect at once: fewer than any server lets wait. */
const OPENING = 64;

const [protocol, connections, port] = process.argv.slice(2);
const Exchange = exchanges[protocol as Protocol];
const wanted = Number(connections);
const all: Conversation[] = [];
let onAnswer = (_conversation: Conversation): void => {};

function openOne(): void {
  all.push(new Conversation(Number(port), new Exchange(), (conversation) => onAnswer(conversation)));
}

/** Opens all connections, the next one when another has its first answer. */
function openAll(): Promise<void> {
  return new Promise((resolve) => {
    let opened = 0;
    onAnswer = () => {
      opened++;
      if (opened === wanted) resolve();
      else if (all.length < wanted) openOne();
    };
    for (let i = 0; i < Math.min(OPENING, wanted); i++) openOne();
  });
}

/** Has all connections ask and ask again, until the time is up and the last question is answered. */
function askFor(milliseconds: number): Promise<LoadFigures> {
  return new Promise((resolve) => {
    let answered = 0;
    let asking = all.length;
    let isOver = false;
    const start = performance.now();
    onAnswer = (conversation) => {
      answered++;
      if (!isOver) conversation.ask();
      else if (--asking === 0) resolve({ answered, seconds: (performance.now() - start) / 1e3 });
    };
    setTimeout(() => {
      isOver = true;
    }, milliseconds);
    for (const conversation of all) conversation.ask();
  });
}

await openAll();
console.log('{}');
for await (const line of createInterface(process.stdin))
  console.log(JSON.stringify(await askFor(Number(line))));
process.exit();
