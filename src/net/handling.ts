/**
 * One client that a server serves, from the moment it was taken to the end of its handler, however that comes: it
 * returned, failed, or was killed, before it began or later. At the end the client is closed.
 *
 * Where the server makes the handler's greenlet itself, that greenlet's end is the end, and its failure is reported as
 * any greenlet's is: the text of a greenlet shows its arguments, and so the client. Where somebody else runs the
 * handler, or the hub does, the function that is run (`guarded()`) sees to both.
 */
import { GreenletExit } from '../base/errors.ts';
import { formatCall } from '../base/format.ts';
import { Greenlet } from '../core/greenlet.ts';
import { hubScope } from '../core/hub-scope.ts';
import { Bookmark } from '../core/links.ts';
import { currentScope, getCurrent, mainGreenlet } from '../core/main-greenlet.ts';
import { RawGreenlet } from '../core/raw-greenlet.ts';
import { Scope } from '../core/scope.ts';
import { reportUncaught } from '../core/uncaught.ts';

/** What handles a client. */
export type HandlerBody = (...args: never[]) => unknown;

/** What a spawn function is given to run: the handler, which never fails there. */
export type GuardedHandler = (
  // oxlint-disable-next-line typescript/no-explicit-any -- what a server hands to its handler differs
  ...args: any[]
) => Promise<void>;

/** @internal What a handling needs of its server. */
export interface HandlingHome {
  /** Told once, when the handler is through. */
  over(handling: Handling): void;
  toString(): string;
}

/** @internal */
export class Handling extends Bookmark {
  readonly body: HandlerBody;
  readonly args: readonly unknown[];
  /** What runs the handler, once that is known. */
  greenlet: RawGreenlet | undefined = undefined;
  /** The waits of a handler that somebody else runs. */
  #scope: Scope | undefined = undefined;
  #isKilled = false;
  #isOver = false;
  readonly #home: HandlingHome;

  constructor(home: HandlingHome, body: HandlerBody, args: readonly unknown[]) {
    super();
    this.#home = home;
    this.body = body;
    this.args = args;
  }

  /** Runs in a greenlet of ours. */
  runIn(greenlet: Greenlet<unknown>): void {
    this.greenlet = greenlet;
    greenlet.addBookmark(this);
  }

  /** The greenlet that runs it has ended. */
  override tell(): void {
    this.end();
  }

  /** Nothing more happens for this client. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#home.over(this);
  }

  /** What runs the handler for others, in whatever greenlet they choose: that one outlives a kill of the handler. */
  guarded(): GuardedHandler {
    const { body } = this;
    const handle = async (...args: unknown[]): Promise<void> => {
      // Killed before it began.
      if (this.#isOver) return;
      const run = (): unknown => body(...(args as never[]));
      try {
        await this.#inScope(run);
      } catch (error) {
        if (!(error instanceof GreenletExit)) reportUncaught(this, error);
      } finally {
        this.#scope?.close();
        this.end();
      }
    };
    return handle;
  }

  #inScope(run: () => unknown): unknown {
    const current = getCurrent();
    // What waits in the hub, or would be main's, is not ours to kill.
    if (current === mainGreenlet || current === hubScope()) return run();
    this.greenlet ??= current;
    this.#scope = new Scope(currentScope());
    return this.#scope.run(run);
  }

  /** Somebody's function started it, and answered this. */
  startedAs(result: unknown): void {
    if (result instanceof Greenlet) this.runIn(result);
    else if (result instanceof RawGreenlet) this.greenlet ??= result;
    else if (result instanceof Promise) {
      result.then(
        (value: unknown) => this.startedAs(value instanceof RawGreenlet ? value : undefined),
        (error: unknown) => {
          if (!this.#isOver) reportUncaught(this, error);
          this.end();
        },
      );
    }
  }

  /** Ends it. Answers whether this call did. */
  kill(reason: GreenletExit): boolean {
    if (this.#isKilled || this.#isOver) return false;
    this.#isKilled = true;
    if (this.#scope !== undefined) this.#scope.interrupt(reason);
    else if (this.greenlet === undefined || this.greenlet.dead) this.end();
    else this.greenlet.throw(reason);
    return true;
  }

  /** What an error of the handler names. */
  override toString(): string {
    return `${this.#home.toString()} in ${formatCall(this.body.name || 'handle', this.args)}`;
  }
}

/** @internal A raw greenlet that tells of its end. */
export class RawHandler extends RawGreenlet {
  readonly #handling: Handling;

  constructor(handling: Handling) {
    super(handling.body, handling.args);
    this.#handling = handling;
    handling.greenlet = this;
  }

  protected override onEnd(): void {
    this.#handling.end();
  }
}
