// What a row of the walk says about a function.
import type { World } from './world.ts';

/** One parameter: the values it refuses, and a call with such a value in its place. */
export interface Refusal {
  readonly kind: 'refusal';
  /** How the message names the parameter. */
  readonly name: string;
  readonly bad: readonly unknown[];
  /** The value is of the type that fits, so that the compiler lets it through. */
  readonly call: (bad: never, world: World) => unknown;
}

/** There is nothing to refuse, for a reason. */
export interface Open {
  readonly kind: 'open';
  readonly reason: string;
}

export type Row = readonly Refusal[] | Open;
export type Rows = Readonly<Record<string, Row>>;

/** `call` refuses each of `bad`, naming `name`. */
export function refuses(name: string, bad: readonly unknown[], call: Refusal['call']): Refusal {
  return { kind: 'refusal', name, bad, call };
}

/** The function takes anything there. */
export function open(reason: string): Open {
  return { kind: 'open', reason };
}
