/**
 * What a WSGI application is told of its request: a plain object, whose names are those of PEP 3333.
 *
 *   Environ ── SecureEnviron ── WSGISecureEnviron
 *   all keys   printed masked   printed masked but for the client and the host
 *
 * The names beside the keys are on the prototypes, so that the object's own keys are the variables and nothing else.
 */
import { inspect } from 'node:util';
import { checkBoolean, mismatch } from '../base/check.ts';
import { inspectAsText } from '../base/format.ts';
import type { Input } from './wsgi-input.ts';
import type { ErrorsStream } from './wsgi-log.ts';

/**
 * The variables of one request. All are strings, but for those whose names begin with `wsgi.`. gevent:
 * `pywsgi.Environ`.
 */
export class Environ {
  /** A header of the request: `HTTP_USER_AGENT`. Repeated ones are joined by commas, cookies by `; `. */
  [header: `HTTP_${string}`]: string | undefined;
  /** Whatever else the server was told to add. */
  [name: string]: unknown;
  /** `'GET'`, `'POST'`, ... */
  declare REQUEST_METHOD: string;
  /** The part of the path that led to the application; empty unless the server was told otherwise. */
  declare SCRIPT_NAME: string;
  /** The path, with its percent escapes decoded. */
  declare PATH_INFO: string;
  /** What stands behind the question mark, as it came; empty when there is none. */
  declare QUERY_STRING: string;
  /** Left out when the request has no such header. */
  declare CONTENT_TYPE?: string | undefined;
  /** Left out when the request has no such header. */
  declare CONTENT_LENGTH?: string | undefined;
  declare SERVER_NAME: string;
  declare SERVER_PORT: string;
  /** `'HTTP/1.1'` or `'HTTP/1.0'`. */
  declare SERVER_PROTOCOL: string;
  declare SERVER_SOFTWARE: string;
  declare GATEWAY_INTERFACE: string;
  /** The client's address; empty for a client of a Unix-domain socket. */
  declare REMOTE_ADDR: string;
  /** The client's port; empty for a client of a Unix-domain socket. */
  declare REMOTE_PORT: string;
  declare 'wsgi.version': readonly [major: number, minor: number];
  /** `'http'` or `'https'`. */
  declare 'wsgi.url_scheme': string;
  /** The body of the request. */
  declare 'wsgi.input': Input;
  /** True: {@link Input} ends by itself, whatever the length. */
  declare 'wsgi.input_terminated': boolean;
  /** Where to write what the operator should read. */
  declare 'wsgi.errors': ErrorsStream;
  declare 'wsgi.multithread': boolean;
  declare 'wsgi.multiprocess': boolean;
  declare 'wsgi.run_once': boolean;

  /** @param values the variables to begin with */
  constructor(values?: Readonly<Record<string, unknown>>) {
    if (values !== undefined) Object.assign(this, values);
  }

  /** The variables as text, each with its value. */
  toString(): string {
    return inspect(Object.fromEntries(Object.entries(this)));
  }
}
inspectAsText(Environ);

const MASKED = '<MASKED>';

/**
 * Variables that are not to be printed: a log is no place for cookies and passwords. In text, and in `console.log`,
 * it shows the values of `whitelistKeys` alone. gevent: `pywsgi.SecureEnviron`.
 *
 * @example
 * SecureEnviron.defaultWhitelistKeys = ['REQUEST_METHOD'];
 * String(new SecureEnviron({ REQUEST_METHOD: 'GET', HTTP_COOKIE: 'secret' }));
 * // { REQUEST_METHOD: 'GET', HTTP_COOKIE: '<MASKED>' }
 */
export class SecureEnviron extends Environ {
  /** What `secureRepr` is unless an object has its own. */
  static defaultSecureRepr = true;
  /** What `whitelistKeys` is unless an object has its own. */
  static defaultWhitelistKeys: readonly string[] = [];
  /** What `printMaskedKeys` is unless an object has its own. */
  static defaultPrintMaskedKeys = true;
  #secureRepr: boolean | undefined;
  #whitelistKeys: readonly string[] | undefined;
  #printMaskedKeys: boolean | undefined;

  /** False prints everything. */
  get secureRepr(): boolean {
    return this.#secureRepr ?? this.#class.defaultSecureRepr;
  }

  set secureRepr(secureRepr: boolean) {
    this.#secureRepr = checkBoolean(secureRepr, 'secureRepr');
  }

  /** The variables whose values are printed. */
  get whitelistKeys(): readonly string[] {
    return this.#whitelistKeys ?? this.#class.defaultWhitelistKeys;
  }

  set whitelistKeys(keys: readonly string[]) {
    if (!Array.isArray(keys)) throw new TypeError(mismatch('whitelistKeys', 'an array of names', keys));
    this.#whitelistKeys = keys;
  }

  /** False keeps the names of the other variables secret too: only their number is printed. */
  get printMaskedKeys(): boolean {
    return this.#printMaskedKeys ?? this.#class.defaultPrintMaskedKeys;
  }

  set printMaskedKeys(printMaskedKeys: boolean) {
    this.#printMaskedKeys = checkBoolean(printMaskedKeys, 'printMaskedKeys');
  }

  /** The variables as text, masked. */
  override toString(): string {
    if (!this.secureRepr) return super.toString();
    const { whitelistKeys } = this;
    const shown: string[] = [];
    let hidden = 0;
    for (const [key, value] of Object.entries(this)) {
      if (whitelistKeys.includes(key)) shown.push(`${inspect(key)}: ${inspect(value)}`);
      else if (this.printMaskedKeys) shown.push(`${inspect(key)}: ${inspect(MASKED)}`);
      else hidden += 1;
    }
    if (hidden > 0) shown.push(`(hidden keys: ${hidden})`);
    return `{ ${shown.join(', ')} }`;
  }

  get #class(): typeof SecureEnviron {
    return this.constructor as typeof SecureEnviron;
  }
}

/** Variables that are printed as the client's address and the host it asked for. gevent: `pywsgi.WSGISecureEnviron`. */
export class WSGISecureEnviron extends SecureEnviron {
  static override defaultWhitelistKeys: readonly string[] = ['REMOTE_ADDR', 'REMOTE_PORT', 'HTTP_HOST'];
  static override defaultPrintMaskedKeys = false;
}
