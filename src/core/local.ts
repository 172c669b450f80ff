/** Values that each greenlet has for itself. */
import { AttributeError } from '../base/errors.ts';
import { getCurrent } from './main-greenlet.ts';
import type { RawGreenlet } from './raw-greenlet.ts';

/** Names that the language and its tools look up on any object: absent ones are no mistake. */
const LANGUAGE_NAMES: ReadonlySet<string> = new Set([
  'then',
  'toJSON',
  'asymmetricMatch',
  'nodeType',
  'inspect',
  '$$typeof',
]);

/** The class whose constructor makes the values of one greenlet, until it has reached ours. */
let making: unknown = undefined;

/**
 * An object whose attributes are each greenlet's own: what one greenlet writes, no other sees, and it is gone when
 * the greenlet has ended. A subclass is constructed again, with the arguments that were passed to `super`, in each
 * greenlet that touches it. Reading an attribute that this greenlet never wrote throws. gevent: `local.local`.
 *
 * Only attributes are each greenlet's own. `#private` fields of a subclass belong to the one object that all greenlets
 * share: do without them there.
 *
 * @throws {AttributeError} on reading an attribute that is missing in this greenlet
 * @example
 * const data = new local() as local & { user?: string };
 * data.user = 'ann';
 * spawn(() => 'user' in data); // false there
 */
export class local {
  [attribute: string]: unknown;

  constructor(...args: unknown[]) {
    if (making === new.target) {
      // The next one is made by the subclass's constructor, for itself.
      making = undefined;
      return;
    }
    return new Proxy(this, new LocalHandler(new.target, args, this));
  }
}

class LocalHandler implements ProxyHandler<local> {
  readonly #class: new (...args: unknown[]) => local;
  readonly #args: unknown[];

  constructor(localClass: new (...args: unknown[]) => local, args: unknown[], first: local) {
    this.#class = localClass;
    this.#args = args;
    // The subclass's constructor is about to run on what the proxy shows: for this greenlet, that is done then.
    storeOf(getCurrent()).set(this, first);
  }

  get(_target: local, name: string | symbol): unknown {
    const values = this.#values();
    if (typeof name === 'string' && !(name in values) && !LANGUAGE_NAMES.has(name)) {
      throw new AttributeError(`${this.#class.name} has no attribute '${name}' in ${String(getCurrent())}`);
    }
    return Reflect.get(values, name);
  }

  set(_target: local, name: string | symbol, value: unknown): boolean {
    return Reflect.set(this.#values(), name, value);
  }

  has(_target: local, name: string | symbol): boolean {
    return Reflect.has(this.#values(), name);
  }

  deleteProperty(_target: local, name: string | symbol): boolean {
    const values = this.#values();
    if (typeof name === 'string' && !Object.hasOwn(values, name)) {
      throw new AttributeError(`${this.#class.name} has no attribute '${name}' in ${String(getCurrent())}`);
    }
    return Reflect.deleteProperty(values, name);
  }

  defineProperty(_target: local, name: string | symbol, descriptor: PropertyDescriptor): boolean {
    return Reflect.defineProperty(this.#values(), name, { ...descriptor, configurable: true });
  }

  ownKeys(): (string | symbol)[] {
    return Reflect.ownKeys(this.#values());
  }

  getOwnPropertyDescriptor(_target: local, name: string | symbol): PropertyDescriptor | undefined {
    const descriptor = Reflect.getOwnPropertyDescriptor(this.#values(), name);
    return descriptor === undefined ? undefined : { ...descriptor, configurable: true };
  }

  #values(): local {
    const store = storeOf(getCurrent());
    let values = store.get(this) as local | undefined;
    if (values === undefined) {
      const outer = making;
      making = this.#class;
      try {
        values = new this.#class(...this.#args);
      } finally {
        making = outer;
      }
      store.set(this, values);
    }
    return values;
  }
}

/** A variable with a value for each greenlet. */
export interface GreenletLocal<T> {
  /** This greenlet's value: the initial one until it was assigned here. Gone when the greenlet has ended. */
  value: T;
}

/**
 * One greenlet-local variable, typed.
 *
 * @param initial the value that each greenlet begins with; a function is called for it, once in each greenlet
 * @example
 * const requestId = greenletLocal(() => crypto.randomUUID());
 * console.log(requestId.value);
 */
export function greenletLocal<T>(initial: T | (() => T)): GreenletLocal<T> {
  const key = {};
  return {
    get value(): T {
      const store = storeOf(getCurrent());
      if (!store.has(key)) store.set(key, typeof initial === 'function' ? (initial as () => T)() : initial);
      return store.get(key) as T;
    },
    set value(value: T) {
      storeOf(getCurrent()).set(key, value);
    },
  };
}

function storeOf(greenlet: RawGreenlet): WeakMap<object, unknown> {
  return (greenlet.locals ??= new WeakMap());
}
