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
  /** The file in which the check is missing. The walk fails when it is there after all. */
  readonly missingIn?: string;
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

/** As `refuses`, which is not so yet. */
export function shouldRefuse(missingIn: string, ...refusal: Parameters<typeof refuses>): Refusal {
  return { ...refuses(...refusal), missingIn };
}

/** The function takes anything there. */
export function open(reason: string): Open {
  return { kind: 'open', reason };
}
