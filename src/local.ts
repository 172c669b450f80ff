/** Values that each greenlet has for itself. gevent: `gevent.local`. @module gevent-ts/local */
export { AttributeError } from './base/errors.ts';
export { greenletLocal, local, type GreenletLocal } from './core/local.ts';
