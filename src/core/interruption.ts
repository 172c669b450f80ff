/** What scopes, waits and shields know of one another. */

/** @internal Where waits are registered: a scope. */
export interface WaitHome {
  addWait(wait: ScopedWait): void;
}

/** @internal What a scope must know of a wait. */
export interface ScopedWait {
  previousInScope: ScopedWait | undefined;
  nextInScope: ScopedWait | undefined;
  /** Leaves the scope and wakes with the reason. */
  interrupt(reason: Error): void;
  /** Goes on in another scope. */
  moveTo(home: WaitHome): void;
}

/** @internal What keeps the interruptions of the scopes around it out, for a while. */
export interface Shield {
  /** An interruption came from outside. */
  defer(reason: Error): void;
}

/** @internal How many interruptions are pending anywhere: while it is 0, no wait needs to look for one. */
export const pendingInterrupts: { count: number } = { count: 0 };

/** @internal How many interruptions there have been so far: a point in time, to compare with. */
export const interruptions: { count: number } = { count: 0 };
