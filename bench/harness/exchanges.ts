/** What the connections of a load say: messages that come back as they are, or GET requests. */
import type { Exchange } from './conversation.ts';
import type { Protocol } from './types.ts';

const MESSAGE_SIZE = 1024;

/** 1 KiB, numbered, that is to come back unchanged. */
class Echo implements Exchange {
  readonly #message: Buffer = Buffer.from(Array.from({ length: MESSAGE_SIZE }, (_, i) => i & 0xff));
  #number = 0;
  #received = 0;

  question(): Buffer {
    this.#message.writeUInt32LE(this.#number++);
    return this.#message;
  }

  take(bytes: Buffer): boolean {
    const end = this.#received + bytes.length;
    if (end > MESSAGE_SIZE || this.#message.compare(bytes, 0, bytes.length, this.#received, end) !== 0)
      throw new Error('the echo is not what was sent');
    this.#received = end % MESSAGE_SIZE;
    return this.#received === 0;
  }
}

const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n');
const GOOD = Buffer.from('HTTP/1.1 200 OK\r\n');
const BODY = Buffer.from('hello');

/** How many bytes an answer has, by its first ones; undefined when the headers are not all there. */
function lengthOfAnswer(bytes: Buffer): number | undefined {
  const text = bytes.toString('latin1');
  const headers = text.indexOf('\r\n\r\n');
  if (headers < 0) return undefined;
  const length = /\r\ncontent-length: *(\d+)\r\n/i.exec(text)?.[1];
  if (length === undefined) throw new Error(`an answer without a length: ${JSON.stringify(text)}`);
  return headers + 4 + Number(length);
}

// The answers of a server are all of one length: it is read from the first one.
let answerLength = 0;

/** A GET request that is to be answered with 200 and `hello`. */
class Get implements Exchange {
  #begun: Buffer | undefined = undefined;

  question(): Buffer {
    return REQUEST;
  }

  take(bytes: Buffer): boolean {
    const answer = this.#begun === undefined ? bytes : Buffer.concat([this.#begun, bytes]);
    answerLength ||= lengthOfAnswer(answer) ?? 0;
    if (answerLength === 0 || answer.length < answerLength) {
      this.#begun = Buffer.from(answer);
      return false;
    }
    this.#begun = undefined;
    const isRight =
      answer.length === answerLength &&
      GOOD.compare(answer, 0, GOOD.length) === 0 &&
      BODY.compare(answer, answerLength - BODY.length, answerLength) === 0;
    if (!isRight) throw new Error(`a wrong answer: ${JSON.stringify(answer.toString('latin1'))}`);
    return true;
  }
}

export const exchanges: Readonly<Record<Protocol, new () => Exchange>> = { echo: Echo, http: Get };
