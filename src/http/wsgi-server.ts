/** An HTTP server for a WSGI application. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { hostname } from 'node:os';
import { checkFunction, checkOptions } from '../base/check.ts';
import { version } from '../base/version.ts';
import type { ListenerOption } from '../net/server-options.ts';
import type { AccessEntry, AccessLogTarget, LogStream } from './access-log.ts';
import { Handler } from './exchange.ts';
import { HTTPServer, type HTTPServerOptions } from './http-server.ts';
import type { WSGIApplication } from './wsgi-application.ts';
import { Environ, type SecureEnviron, WSGISecureEnviron } from './wsgi-environ.ts';
import { WSGIHandler, type WSGIHost } from './wsgi-handler.ts';
import { ErrorsStream, type Logger } from './wsgi-log.ts';
import { WSGILogs } from './wsgi-server-logs.ts';

type Variables = Readonly<Record<string, unknown>>;

/** What a WSGIServer takes: all that an HTTPServer does, and what is WSGI's own. */
export interface WSGIServerOptions extends Omit<HTTPServerOptions, 'log' | 'errorLog'> {
  /**
   * Where the access log goes: something with `write`, a function, or a logger with `info` or `log`. Default stderr; null
   * writes none.
   */
  log?: AccessLogTarget | Logger | null;
  /**
   * Where the errors of the application go, and what it writes to `wsgi.errors`: something with `write`, or a logger.
   * Default stderr, errors as those of any greenlet; null: nowhere.
   */
  errorLog?: LogStream | Logger | null;
  /** What handles each request. Default WSGIHandler. */
  handlerClass?: WSGIHandlerClass;
  /** Variables for each request, beside those that it brings and those that every request has. */
  environ?: Variables;
}

/** {@link WSGIHandler}, or a class that extends it. */
export type WSGIHandlerClass = new (
  request: IncomingMessage,
  response: ServerResponse,
  server: WSGIHost,
) => WSGIHandler;

/**
 * Serves a WSGI application over HTTP/1.1: keep-alive, pipelining, TLS, streaming both ways. Each request has a
 * greenlet, which is killed when its client goes away. gevent: `pywsgi.WSGIServer`.
 *
 * @example
 * const server = new WSGIServer(
 *   '127.0.0.1:0',
 *   (environ, startResponse) => {
 *     startResponse('200 OK', [['Content-Type', 'text/plain']]);
 *     return [`you asked for ${environ.PATH_INFO}`];
 *   },
 *   { log: null },
 * );
 * await server.start(); // or serveForever()
 * const answer = await fetch(`http://127.0.0.1:${server.serverPort}/hello`);
 * console.log(await answer.text()); // you asked for /hello
 * await server.stop();
 */
export class WSGIServer extends HTTPServer implements WSGIHost {
  /** What each request runs. */
  application: WSGIApplication;
  /** What handles each request. gevent: `handler_class`. */
  handlerClass: WSGIHandlerClass;
  /** What the variables of a request are an instance of. gevent: `environ_class`. */
  environClass: new (values: Variables) => Environ = Environ;
  /** What they are printed as. gevent: `secure_environ_class`. */
  secureEnvironClass: new (values: Variables) => SecureEnviron = WSGISecureEnviron;
  /** Variables that every request has, whatever it is. gevent: `base_env`. */
  baseEnv: Variables = {
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_SOFTWARE: `gevent-ts/${version}`,
    SCRIPT_NAME: '',
    'wsgi.version': [1, 0],
    'wsgi.multithread': false,
    'wsgi.multiprocess': false,
    'wsgi.run_once': false,
    'wsgi.input_terminated': true,
  };
  readonly #logs: WSGILogs;
  /** The variables that were given. */
  #given: Variables;
  #environ: Environ | undefined = undefined;

  /** @throws {TypeError | RangeError} an argument makes no sense */
  constructor(listener: ListenerOption, application: WSGIApplication, options: WSGIServerOptions = {}) {
    const { name } = new.target;
    checkFunction(application, `${name}(application)`);
    checkOptions(options, `${name}(options)`);
    const { handlerClass = WSGIHandler, environ = {}, log, errorLog, ...rest } = options;
    checkFunction(handlerClass, `${name}({ handlerClass })`);
    checkOptions(environ, `${name}({ environ })`);
    const logs = new WSGILogs(log, errorLog, name);
    // `this` is there only after the call of super().
    const made = {} as { server: WSGIServer };
    super(listener, new Handler((request, response) => made.server.handleRequest(request, response)), {
      ...rest,
      log: logs.access === undefined ? null : (line, entry) => made.server.#log(line, entry),
      errorLog: logs.errors ?? null,
    });
    made.server = this;
    this.#logs = logs;
    this.#given = environ;
    this.application = application;
    this.handlerClass = handlerClass;
  }

  /** Where the access log goes; undefined for nowhere. */
  get log(): AccessLogTarget | undefined {
    return this.#logs.access;
  }

  /** Where errors go; undefined for nowhere. gevent: `error_log`. */
  get errorLog(): LogStream | undefined {
    return this.#logs.errors;
  }

  /** True when the handler class has a `logRequest`, or a `formatRequest`, of its own. */
  get handlersLog(): boolean {
    const { prototype } = this.handlerClass;
    return (
      prototype.logRequest !== WSGIHandler.prototype.logRequest ||
      prototype.formatRequest !== WSGIHandler.prototype.formatRequest
    );
  }

  /** What the variables of every request begin with. Made when it is first asked for. */
  get environ(): Environ {
    if (this.#environ === undefined) {
      this.#environ = new this.environClass({
        ...this.baseEnv,
        'wsgi.url_scheme': this.sslEnabled ? 'https' : 'http',
        ...this.#given,
      });
      this.#environ['wsgi.errors'] ??= new ErrorsStream((text) => this.writeError(text));
      this.updateEnviron();
    }
    return this.#environ;
  }

  /** Has `environ` made anew, with these variables beside the usual; without any, with those given before. gevent: `set_environ`. */
  setEnviron(environ?: Variables): void {
    checkOptions(environ, 'setEnviron(environ)');
    if (environ !== undefined) this.#given = environ;
    this.#environ = undefined;
  }

  /** A copy of `environ`, for a request. gevent: `get_environ`. */
  getEnviron(): Environ {
    return new this.environClass(this.environ);
  }

  /** Adds where the server listens, unless that was given. Called when it does. gevent: `update_environ`. */
  updateEnviron(): void {
    const { environ, address } = this;
    const [host, port] = typeof address === 'string' ? ['', ''] : address;
    environ.SERVER_NAME = isWildcard(host) ? hostname() : host;
    environ.SERVER_PORT = String(port);
    const { SERVER_NAME, SERVER_PORT } = this.#given;
    if (typeof SERVER_NAME === 'string') environ.SERVER_NAME = SERVER_NAME;
    if (typeof SERVER_PORT === 'string') environ.SERVER_PORT = SERVER_PORT;
  }

  /** Takes one client at a time when several processes share the socket (`wsgi.multiprocess`). gevent: `set_max_accept`. */
  setMaxAccept(): void {
    if (this.environ['wsgi.multiprocess']) this.maxAccept = 1;
  }

  override async initSocket(): Promise<void> {
    await super.initSocket();
    this.updateEnviron();
    this.setMaxAccept();
  }

  /** Serves one request. Parks as the application does. */
  async handleRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    await new this.handlerClass(request, response, this).handleOneRequest();
  }

  reportError(handler: WSGIHandler, error: unknown): void {
    this.#logs.report(handler, error);
  }

  writeError(text: string): void {
    this.#logs.writeError(text);
  }

  writeLog(line: string, entry: AccessEntry): void {
    this.#logs.writeAccess(line, entry);
  }

  /** What the engine has to say of a request: all there is to say, or, of those it refused, what no handler says. */
  #log(line: string, entry: AccessEntry): void {
    if (!this.handlersLog || entry.seconds === 0) this.writeLog(line, entry);
  }
}

/** Every interface: an address that no client can have used. */
function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
