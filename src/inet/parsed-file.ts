/** A small text file of the system, read again when it has changed. */
import { readFileSync, statSync } from 'node:fs';

/** @internal What was read from a file; as if it were empty while it cannot be read. */
export class ParsedFile<T> {
  readonly path: string;
  readonly #parse: (text: string) => T;
  #stamp: string | undefined = undefined;
  #content: T | undefined = undefined;

  constructor(path: string, parse: (text: string) => T) {
    this.path = path;
    this.#parse = parse;
  }

  /** The same object until the file changes. */
  get(): T {
    const stamp = stampOf(this.path);
    if (this.#content === undefined || stamp !== this.#stamp) {
      this.#stamp = stamp;
      this.#content = this.#parse(stamp === '' ? '' : read(this.path));
    }
    return this.#content;
  }
}

/** Tells one state of a file from the next; empty when there is none. */
function stampOf(path: string): string {
  try {
    const { mtimeMs, size, ino } = statSync(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return '';
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** @internal The words of each line that has any; what follows `#` is left out. */
export function* wordsOfLines(text: string): Generator<string[]> {
  for (const line of text.split('\n')) {
    const words = line.replace(/#.*$/, '').split(/\s+/).filter(Boolean);
    if (words.length > 0) yield words;
  }
}
