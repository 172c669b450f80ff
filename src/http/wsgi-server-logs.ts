/** The two logs of a WSGI server: who asked for what, and what went wrong. */
import { errorName, errorText } from '../base/format.ts';
import { wallClock } from '../base/native.ts';
import { reportUncaught } from '../core/uncaught.ts';
import {
  type AccessEntry,
  type AccessLogTarget,
  type LogStream,
  checkAccessLog,
  checkLogStream,
} from './access-log.ts';
import { adaptLogger } from './wsgi-log.ts';

/** @internal */
export class WSGILogs {
  /** Where the access log goes; undefined for nowhere. */
  readonly access: AccessLogTarget | undefined;
  /** Where errors go; undefined for nowhere. */
  readonly errors: LogStream | undefined;
  /** No error log was given: errors are printed as those of any greenlet are. */
  readonly #isPlain: boolean;

  /** @param name who was given the logs, for messages */
  constructor(log: unknown, errorLog: unknown, name: string) {
    this.access = log === null ? undefined : checkAccessLog(adaptLogger(log, 'info'), `${name}({ log })`);
    this.errors =
      errorLog === null ? undefined : checkLogStream(adaptLogger(errorLog, 'error'), `${name}({ errorLog })`);
    this.#isPlain = errorLog === undefined;
  }

  /** Writes a line of the access log. A log that fails is reported, and harms nobody. */
  writeAccess(line: string, entry: AccessEntry): void {
    const target = this.access;
    guarded(target, () => (typeof target === 'function' ? target(line, entry) : target?.write(`${line}\n`)));
  }

  writeError(text: string): void {
    guarded(this.errors, () => this.errors?.write(text));
  }

  /** Prints that something failed, and in what. */
  report(context: { toString(): string }, error: unknown): void {
    if (this.#isPlain) return reportUncaught(context, error);
    const time = new Date(wallClock()).toISOString();
    this.writeError(`${errorText(error)}\n${time} ${context.toString()} failed with ${errorName(error)}\n\n`);
  }
}

function guarded(target: unknown, write: () => unknown): void {
  try {
    write();
  } catch (error) {
    reportUncaught(target, error);
  }
}
