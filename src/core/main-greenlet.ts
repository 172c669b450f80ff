/** The flow outside every greenlet: the program's own top level, and handlers that nobody spawned. */
import { RawGreenlet } from './raw-greenlet.ts';
import { type Scope, currentScopeOrMain, setMainScope } from './scope.ts';

/** Main. It cannot be started or end; `gevent.kill(main)` raises in what it waits for. */
export class MainGreenlet extends RawGreenlet {
  constructor() {
    super();
    this.state = 'running';
  }

  protected override defaultName(): string {
    return 'main';
  }

  protected override describeCall(): string {
    return 'the main program';
  }

  /** @internal */
  override isRootOfTrees(): boolean {
    return true;
  }
}

/** @internal The one main greenlet of this thread. */
export const mainGreenlet: MainGreenlet = new MainGreenlet();
setMainScope(mainGreenlet);

/** The greenlet that is running: main outside every greenlet, the hub in its callbacks. gevent: `getcurrent`. */
export function getCurrent(): RawGreenlet {
  return currentScopeOrMain().root as RawGreenlet;
}

/** The scope of the innermost `withTimeout`, `shield` or greenlet around the call. */
export function currentScope(): Scope {
  return currentScopeOrMain();
}

/** `currentScope().signal`: an AbortSignal that fires when the caller is killed or timed out. */
export function currentSignal(): AbortSignal {
  return currentScopeOrMain().signal;
}
