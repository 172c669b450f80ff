/** Where errors go that nobody is there to catch. The hub puts itself here; whoever runs code for others reports here. */
export interface UncaughtSink {
  handleError(context: unknown, error: unknown): void;
}

/** @internal */
export const uncaught: { sink: UncaughtSink | undefined } = { sink: undefined };

/** @internal Reports an error with what it happened in; never throws. */
export function reportUncaught(context: unknown, error: unknown): void {
  try {
    uncaught.sink?.handleError(context, error);
  } catch (failure) {
    // A handler that fails must not stop the loop; its failure is worth no less than the error it was given.
    console.error(failure);
    console.error(error);
  }
}
