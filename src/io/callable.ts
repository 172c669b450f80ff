/** Python makes an object by calling its class; some names of Python's are classes in lower case. */

/** A class that is also made by calling it, without `new`. */
export type Callable<C extends abstract new (...args: never[]) => unknown> = C &
  ((...args: ConstructorParameters<C>) => InstanceType<C>);

/** @internal `Class(...)` does what `new Class(...)` does. */
export function callable<C extends new (...args: never[]) => unknown>(wrapped: C): Callable<C> {
  return new Proxy(wrapped, {
    apply: (target, _self, args) => Reflect.construct(target, args) as unknown,
  }) as Callable<C>;
}
