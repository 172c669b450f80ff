/** Where a WSGI server and its applications write: any stream, function or logger, as one kind of thing. */
import { checkFunction, checkIterable, mismatch } from '../base/check.ts';

/** A logger of the user's own: it has a method for its level, such as `info`, or `log(level, text)`. */
export interface Logger {
  log?(level: string, text: string): unknown;
  info?(text: string): unknown;
}

/**
 * A logger as something to write lines to. gevent: `pywsgi.LoggingLogAdapter`.
 *
 * @example
 * new WSGIServer('127.0.0.1:8000', application, { log: new LoggingLogAdapter(logger, 'debug') });
 */
export class LoggingLogAdapter {
  readonly #logger: Logger & Record<string, unknown>;
  /** The method of the logger that is called, or else the level that is given to its `log`. */
  readonly level: string;

  /** @throws {TypeError} the logger has neither a method called `level` nor `log` */
  constructor(logger: Logger, level = 'info') {
    if (typeof level !== 'string')
      throw new TypeError(mismatch('LoggingLogAdapter(level)', 'a string', level));
    if (!hasMethod(logger, level) && !hasMethod(logger, 'log')) {
      throw new TypeError(
        mismatch('LoggingLogAdapter(logger)', `an object with ${level}() or log()`, logger),
      );
    }
    this.#logger = logger;
    this.level = level;
  }

  /** Gives a line to the logger, without its line feed. */
  write(text: string): void {
    const line = text.replace(/\r?\n$/, '');
    if (line === '') return;
    const { level } = this;
    if (hasMethod(this.#logger, level)) (this.#logger[level] as (text: string) => unknown)(line);
    else this.#logger.log?.(level, line);
  }

  /** Writes each of `lines`. */
  writeLines(lines: Iterable<string>): void {
    checkIterable<string>(lines, 'writeLines(lines)');
    for (const line of lines) this.write(line);
  }

  /** Nothing: a logger keeps nothing back. */
  flush(): void {
    // There for those who write to it as to a file.
  }
}

/**
 * What an application finds as `environ['wsgi.errors']`: text for whoever runs the server. None of its calls parks.
 */
export class ErrorsStream {
  readonly #write: (text: string) => unknown;

  /** @param write called with each text */
  constructor(write: (text: string) => unknown) {
    checkFunction(write, 'ErrorsStream(write)');
    this.#write = write;
  }

  write(text: string): void {
    if (typeof text !== 'string') throw new TypeError(mismatch('write(text)', 'a string', text));
    this.#write(text);
  }

  /** Writes each of `lines`, adding no line feeds. */
  writeLines(lines: Iterable<string>): void {
    checkIterable<string>(lines, 'writeLines(lines)');
    for (const line of lines) this.write(line);
  }

  /** Nothing: what is written is on its way at once. */
  flush(): void {
    // WSGI wants it.
  }
}

function hasMethod<K extends string>(
  value: unknown,
  name: K,
): value is Record<K, (...args: unknown[]) => unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Record<string, unknown>)[name] === 'function'
  );
}

/** @internal A logger as something to write to, at `level` if it knows that. Anything else as it is. */
export function adaptLogger(value: unknown, level: string): unknown {
  if (hasMethod(value, 'write')) return value;
  const isLogger = hasMethod(value, 'log') || hasMethod(value, level);
  if (isLogger) return new LoggingLogAdapter(value, level);
  return hasMethod(value, 'info') ? new LoggingLogAdapter(value) : value;
}
