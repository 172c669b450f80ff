/**
 * A chat in the browser, with long polling: a browser asks for what is new, and its request's greenlet sleeps on an
 * event until somebody says something, or half a minute is over.
 *
 * Run it:
 *   npm run example -- web-chat [PORT]
 * and open http://127.0.0.1:8080/ in two windows.
 *
 * You will see what you type in one window appear in the other. A window that is closed takes its greenlet with it.
 */
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
    if (number >= this.#last) await this.#news.wait({ timeout: seconds });
    return this.#messages.filter((message) => message.number > number);
  }
}

const room = new Room();

async function answer(request: Request): Promise<Response> {
  const { pathname, searchParams } = new URL(request.url);
  if (request.method === 'GET' && pathname === '/') {
    return new Response(page, { headers: { 'content-type': 'text/html; charset=utf-8' } });
  }
  if (request.method === 'GET' && pathname === '/messages') {
    return Response.json(await room.since(Number(searchParams.get('after') ?? 0), 30));
  }
  if (request.method === 'POST' && pathname === '/messages') {
    const { from, text } = (await request.json()) as Partial<Message>;
    if (typeof from !== 'string' || typeof text !== 'string' || text.trim() === '') {
      return new Response('A message has a sender and a text\n', { status: 400 });
    }
    room.say(from.slice(0, 40), text.slice(0, 1000));
    return new Response(undefined, { status: 204 });
  }
  return new Response('Not here\n', { status: 404 });
}

const server = new HTTPServer(['127.0.0.1', port], answer, { log: null, maxBodySize: 10_000 });
await server.start();
console.log(`Chat on http://127.0.0.1:${server.serverPort}/`);
stopOnSignal(server);
await server.serveForever();
