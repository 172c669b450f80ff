/** One connection of a load: it asks, has the answer checked, and asks again. */
import { connect, type Socket } from 'node:net';

/** What a connection says, and what it expects to hear. */
export interface Exchange {
  /** The bytes of the next question. */
  question(): Buffer;
  /** Takes bytes of the answer, which are overwritten afterwards; true when it is whole. Throws when it is wrong. */
  take(bytes: Buffer): boolean;
}

// All connections receive into the same memory: what is received is looked at before anything else is.
const received = Buffer.alloc(64 * 1024);

/** Throws into the process, as all that goes wrong in a load does. */
const fail = (error: Error): never => {
  throw error;
};

export class Conversation {
  readonly #exchange: Exchange;
  readonly #onAnswer: (conversation: Conversation) => void;
  readonly #socket: Socket;

  constructor(port: number, exchange: Exchange, onAnswer: (conversation: Conversation) => void) {
    this.#exchange = exchange;
    this.#onAnswer = onAnswer;
    const callback = (length: number): boolean => this.#receive(length);
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: received, callback },
    });
    this.#socket.on('connect', () => this.ask());
    this.#socket.on('error', fail);
    this.#socket.on('close', () => fail(new Error('the server closed a connection')));
  }

  ask(): void {
    this.#socket.write(this.#exchange.question());
  }

  #receive(length: number): boolean {
    if (this.#exchange.take(received.subarray(0, length))) this.#onAnswer(this);
    return true;
  }
}
