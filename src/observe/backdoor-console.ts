/**
 * One console: Node's REPL, given one line at a time, each when the one before is through, with `await` too. It has its
 * own global object, so that a name that is made here exists here alone.
 */
import { EventEmitter } from 'node:events';
import type * as repl from 'node:repl';
import { PassThrough, Writable } from 'node:stream';
import { GreenletExit, KeyboardInterrupt, SystemExit } from '../base/errors.ts';
import { Scope } from '../core/scope.ts';
import { type ErrorTaker, runFor } from './backdoor-errors.ts';

const PROMPT = '>>> ';

/** What Node's REPL has, and its types do not tell. */
interface Internals {
  eval: Evaluate;
  displayPrompt: (preserveCursor?: boolean) => void;
  /** From Node 26 on. */
  _handleError?: (error: unknown) => unknown;
}

type Done = (error: unknown, ...result: unknown[]) => void;
type Evaluate = (code: string, context: object, file: string, done: Done) => void;

/** @internal What a console needs. */
export interface ConsoleOptions {
  readonly module: typeof repl;
  /** What it evaluates in: the waits there are those of the session. */
  readonly scope: Scope;
  /** The names that are there from the start. */
  readonly names: object;
  readonly write: (text: string) => void;
  /** Somebody has asked for its end. */
  readonly onExit: () => void;
}

/** @internal */
export class BackdoorConsole implements ErrorTaker {
  readonly #options: ConsoleOptions;
  readonly #repl: repl.REPLServer;
  readonly #input = new PassThrough();
  readonly #lines: string[] = [];
  #isBusy = false;
  #isOver = false;
  /** The waits of what is being evaluated. */
  #evaluating: Scope | undefined = undefined;
  /** No further line will come. */
  #isEnded = false;

  constructor(options: ConsoleOptions) {
    this.#options = options;
    const { module, names } = options;
    const output = new Writable({
      decodeStrings: false,
      write: (chunk: string | Buffer, _encoding, done) => {
        if (!this.#isOver) options.write(chunk.toString());
        done();
      },
    });
    this.#repl = module.start({
      prompt: PROMPT,
      input: this.#input,
      output,
      terminal: false,
      useColors: false,
      useGlobal: false,
      ignoreUndefined: true,
      ...standInForDomain(module),
    });
    const exit = (): void => this.#exit();
    const own = Object.getOwnPropertyDescriptors({ quit: exit, exit, ...names });
    const addNames = (context: object): void => void Object.defineProperties(context, own);
    addNames(this.#repl.context);
    // `.clear` makes a new one.
    this.#repl.on('reset', addNames);
    this.#repl.on('exit', exit);
    this.#takeOver(this.#repl);
  }

  /** Evaluates a line, when those before are through. */
  feed(line: string): void {
    this.#lines.push(line);
    this.#next();
  }

  /** There are no further lines: it ends when the last is through. */
  end(): void {
    this.#isEnded = true;
    this.#next();
  }

  /** Interrupts what is being evaluated. */
  interrupt(): void {
    const reason = new KeyboardInterrupt('interrupted');
    // Where it was made says nothing to who sees it.
    reason.stack = String(reason);
    this.#evaluating?.interrupt(reason);
  }

  /** Ends it at once, and what it evaluates; nothing more is written. */
  close(): void {
    this.#isOver = true;
    this.#lines.length = 0;
    this.#evaluating?.interrupt(new GreenletExit('the console was closed'));
    this.#evaluating?.close();
    this.#repl.close();
    this.#input.destroy();
  }

  /** An error that nobody caught, in something that was started here. */
  takeError(error: unknown): void {
    if (this.#exitsBy(error) || this.#isOver) return;
    const text = this.#repl.writer(error).replace(/\n\s+at ContextifyScript[^]*/, '');
    this.#options.write(`Uncaught ${text}\n${this.#isBusy ? '' : PROMPT}`);
  }

  /** Puts our steps between those of the REPL. */
  #takeOver(server: object): void {
    const internals = server as Internals;
    const evaluate = internals.eval;
    // All functions have names: the REPL cuts a stack off at the last one that has none, which should be the user's.
    const evaluateHere: Evaluate = (code, context, file, done) => {
      const scope = new Scope(this.#options.scope);
      this.#evaluating = scope;
      const through: Done = (error, ...result) => {
        if (!this.#isOver && !this.#exitsBy(error)) done(error, ...result);
      };
      const evaluateNow = (): void => evaluate.call(this.#repl, code, context, file, through);
      const evaluateInScope = (): void => scope.run(evaluateNow);
      runFor(this, evaluateInScope);
    };
    internals.eval = evaluateHere;
    const { displayPrompt, _handleError } = internals;
    internals.displayPrompt = (preserveCursor) => {
      if (this.#isOver) return;
      displayPrompt.call(this.#repl, preserveCursor);
      this.#through();
    };
    if (_handleError === undefined) return;
    internals._handleError = (error) => {
      if (this.#isOver || this.#exitsBy(error)) return undefined;
      return _handleError.call(this.#repl, error);
    };
  }

  #next(): void {
    if (this.#isBusy || this.#isOver) return;
    const line = this.#lines.shift();
    if (line !== undefined) {
      this.#isBusy = true;
      this.#repl.emit('line', line);
    } else if (this.#isEnded) this.#exit();
  }

  /** The prompt is there again. */
  #through(): void {
    this.#evaluating?.close();
    this.#evaluating = undefined;
    if (!this.#isBusy) return;
    this.#isBusy = false;
    // Not from within: a thousand lines would nest.
    setImmediate(() => this.#next());
  }

  #exitsBy(error: unknown): boolean {
    if (!(error instanceof SystemExit)) return false;
    this.#exit();
    return true;
  }

  #exit(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onExit();
  }
}

/**
 * Before version 26 Node's REPL makes itself a Domain, unless it is given one: this one does nothing but pass the
 * errors of what is evaluated on to the REPL. See backdoor-errors.ts for why.
 */
function standInForDomain({ REPLServer }: typeof repl): object {
  if ('_handleError' in REPLServer.prototype) return {};
  const domain = Object.assign(new EventEmitter(), { bind: <F>(fn: F): F => fn });
  return { domain };
}
