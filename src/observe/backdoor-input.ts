/**
 * What a client of the backdoor sends, as lines. It may be nc, which sends what is typed, or telnet, which sends
 * commands of its own between (RFC 854): `IAC command`, `IAC WILL|WONT|DO|DONT option`, `IAC SB ... IAC SE`.
 */
import { StringDecoder } from 'node:string_decoder';

const IAC = 255;
const WILL = 251;
const SB = 250;
const SE = 240;
const INTERRUPT_PROCESS = 244;
const CONTROL_C = 3;

/** Where it is in a command of telnet. */
type State = 'text' | 'command' | 'option' | 'sub' | 'sub-command';

/** @internal */
export class BackdoorInput {
  /** The client is a terminal that wants `\r\n`. */
  isTelnet = false;
  readonly #decoder = new StringDecoder('utf8');
  readonly #onInterrupt: () => void;
  #state: State = 'text';
  #rest = '';

  /** @param onInterrupt told of Ctrl-C */
  constructor(onInterrupt: () => void) {
    this.#onInterrupt = onInterrupt;
  }

  /** How much there is of a line that has not ended. */
  get pending(): number {
    return this.#rest.length;
  }

  /** The lines that are complete now, without their ends. */
  push(data: Buffer): string[] {
    this.#rest += this.#decoder.write(this.#isPlain(data) ? data : this.#textOf(data));
    if (this.#rest.includes('\r')) this.isTelnet = true;
    const lines = this.#rest.split(/\r?\n|\r\0/);
    this.#rest = lines.pop() ?? '';
    return lines;
  }

  /** The last line, if it has no end. */
  end(): string[] {
    const rest = this.#rest + this.#decoder.end();
    this.#rest = '';
    return rest === '' ? [] : [rest];
  }

  #isPlain(data: Buffer): boolean {
    return this.#state === 'text' && !data.includes(IAC) && !data.includes(CONTROL_C);
  }

  #textOf(data: Buffer): Buffer {
    const text: number[] = [];
    for (const byte of data) {
      if (this.#step(byte)) text.push(byte);
    }
    return Buffer.from(text);
  }

  /** Answers whether the byte is text. */
  #step(byte: number): boolean {
    switch (this.#state) {
      case 'text':
        if (byte === IAC) this.#state = 'command';
        else if (byte === CONTROL_C) this.#onInterrupt();
        return byte !== IAC && byte !== CONTROL_C;
      case 'command':
        this.isTelnet = true;
        if (byte === INTERRUPT_PROCESS) this.#onInterrupt();
        if (byte === SB) this.#state = 'sub';
        else this.#state = byte >= WILL && byte !== IAC ? 'option' : 'text';
        // Doubled, it is a byte of text.
        return byte === IAC;
      case 'option':
        this.#state = 'text';
        return false;
      case 'sub':
        if (byte === IAC) this.#state = 'sub-command';
        return false;
      case 'sub-command':
        this.#state = byte === SE ? 'text' : 'sub';
        return false;
      default:
        return false;
    }
  }
}
