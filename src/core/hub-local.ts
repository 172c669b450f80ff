/** Values that are made once for each hub: how the layers above hang on it what the hub need not know. */
import { type Hub, getHub } from './hub.ts';

/** @internal A value of the current hub. */
export interface HubLocal<T> {
  /** The value of the current hub; made when there is none. */
  get(): T;
  /** Puts another in its place; undefined has the next `get()` make one. */
  set(value: T | undefined): void;
}

/** @internal A new hub has a value of its own; that of a destroyed one goes with it. */
export function hubLocal<T>(create: (hub: Hub) => T): HubLocal<T> {
  const values = new WeakMap<Hub, { readonly value: T }>();
  return {
    get() {
      const hub = getHub();
      let entry = values.get(hub);
      if (entry === undefined) {
        entry = { value: create(hub) };
        values.set(hub, entry);
      }
      return entry.value;
    },
    set(value) {
      if (value === undefined) values.delete(getHub());
      else values.set(getHub(), { value });
    },
  };
}
