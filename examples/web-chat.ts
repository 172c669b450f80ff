/**
 * A chat in the browser, with long polling: a browser asks for what is new, and its request's greenlet sleeps on an
 * event until somebody says something, or half a minute is over.
 *
 * Run it:
 *   npm run example -- web-chat [PORT]
 * and open http://127.0.0.1:8080/ in two windows.
 *
 * You will see what you type in one window appear in the other. A window that is closed takes the greenlet of its
 * request with it: the server says so.
 */
import { GreenletExit } from 'gevent-ts';
import { Event } from 'gevent-ts/event';
import { HTTPServer } from 'gevent-ts/http';
import { page } from './chat/page.ts';
import { stopOnSignal } from './support/stop-on-signal.ts';

const port = Number(process.argv[2] ?? 8080);

interface Message {
  readonly number: number;
  readonly from: string;
  readonly text: string;
}

/** What was said lately, and an event for those who wait for more. */
class Room {
  readonly #messages: Message[] = [];
  readonly #news = new Event();
  #last = 0;

  say(from: string, text: string): void {
    this.#last += 1;
    this.#messages.push({ number: this.#last, from, text });
    if (this.#messages.length > 100) this.#messages.shift();
    // Everybody who waits now is woken; the event is down again for those who come back.
    this.#news.set();
    this.#news.clear();
  }

  /** What came after message `number`; parks for up to `seconds` while there is nothing. */
  async since(number: number, seconds: number): Promise<Message[]> {
    // Who knows of later messages has them from an earlier run of the server.
    const known = number > this.#last ? 0 : number;
    if (known === this.#last) await this.#news.wait({ timeout: seconds });
    return this.#messages.filter((message) => message.number > known);
  }
}

const room = new Room();

/** Answers with what is new, as soon as there is something. */
async function listen(after: number, seconds: number): Promise<Response> {
  try {
    return Response.json(await room.since(after, Math.min(seconds, 30)));
  } catch (error) {
    if (error instanceof GreenletExit) console.log(`A window gets no answer any more: ${error.message}`);
    throw error;
  }
}

/** What somebody says; undefined for what is no JSON. A kill that arrives meanwhile passes. */
async function messageIn(request: Request): Promise<unknown> {
  try {
    return await request.json();
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Tells the others. */
async function say(request: Request): Promise<Response> {
  const { from, text } = Object(await messageIn(request)) as Partial<Message>;
  if (typeof from !== 'string' || typeof text !== 'string' || text.trim() === '') {
    return new Response('A message has a sender and a text\n', { status: 400 });
  }
  room.say(from.slice(0, 40), text.slice(0, 1000));
  return new Response(undefined, { status: 204 });
}

function answer(request: Request): Response | Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  if (request.method === 'GET' && pathname === '/') {
    return new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } });
  }
  if (request.method === 'GET' && pathname === '/messages') {
    return listen(Number(searchParams.get('after')) || 0, Number(searchParams.get('seconds')) || 0);
  }
  if (request.method === 'POST' && pathname === '/messages') return say(request);
  return new Response('Not here\n', { status: 404 });
}

const server = new HTTPServer(['127.0.0.1', port], answer, { log: null, maxBodySize: 10_000 });
await server.start();
console.log(`Chat on http://127.0.0.1:${server.serverPort}/`);
stopOnSignal(server);
await server.serveForever();
