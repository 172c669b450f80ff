// Says at compile time that an expression has exactly a type; nothing here is run.

/** True for types that no program can tell apart. */
type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

interface TypeOf<A> {
  /** Does not compile unless the type is the same. */
  is<E>(...proof: Same<A, E> extends true ? [] : [differs: never]): void;
}

export function typeOf<A>(_value: A): TypeOf<A> {
  throw new Error('the programs of test/types are compiled, not run');
}
