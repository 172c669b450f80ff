/** The runtime's own fetch classes: read once, when the first fetch handler is made, because reading them loads them. */

/** @internal What the runtime has. */
export interface RealFetch {
  readonly Request: typeof Request;
  readonly Response: typeof Response;
  readonly Headers: typeof Headers;
  readonly ReadableStream: typeof ReadableStream;
  readonly fetch: typeof fetch;
}

let found: RealFetch | undefined;

/** @internal The runtime's own classes. */
export function realFetch(): RealFetch {
  if (found === undefined) {
    const { Request, Response, Headers, ReadableStream, fetch } = globalThis;
    found = { Request, Response, Headers, ReadableStream, fetch };
  }
  return found;
}

/**
 * @internal Makes a light class pass for the real one: its instances are instances of the real class, and whatever the
 * real one has beyond it is answered by the real object behind.
 *
 * @param light the prototype of the light class
 * @param behind answers the real object, made on demand
 */
export function passFor<T extends object>(light: object, real: T, behind: (self: never) => T): void {
  Object.setPrototypeOf(light, real);
  for (const [name, descriptor] of Object.entries(Object.getOwnPropertyDescriptors(real))) {
    if (name === 'constructor') continue;
    const own = Object.getOwnPropertyDescriptor(light, name);
    const { enumerable = false } = descriptor;
    if (own !== undefined) Object.defineProperty(light, name, { ...own, enumerable });
    else Object.defineProperty(light, name, forwarded(name as keyof T, descriptor, behind));
  }
}

function forwarded<T extends object>(
  name: keyof T,
  { value, enumerable = false }: PropertyDescriptor,
  behind: (self: never) => T,
): PropertyDescriptor {
  if (typeof value !== 'function') {
    return {
      get(this: never) {
        return behind(this)[name];
      },
      enumerable,
      configurable: true,
    };
  }
  const method = function (this: never, ...args: unknown[]): unknown {
    return Reflect.apply(value, behind(this), args);
  };
  return { value: method, writable: true, enumerable, configurable: true };
}
