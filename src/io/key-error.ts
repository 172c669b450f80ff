/** What a look-up raises that finds nothing, or finds what must not be there. */
import { nameErrorClass } from '../base/errors.ts';

/** The thing is not registered, or is registered already. Python: `KeyError`. */
export class KeyError extends Error {
  declare readonly code: string;
}
nameErrorClass(KeyError, 'KeyError', 'GEVENT_KEY');
