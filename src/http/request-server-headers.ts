/** A list of headers that is searched by name, whatever the case. */
import type { HeaderPair } from './wsgi-headers.ts';

/** @internal */
export class HeaderList {
  #pairs: HeaderPair[];

  constructor(pairs: readonly HeaderPair[]) {
    this.#pairs = [...pairs];
  }

  get pairs(): HeaderPair[] {
    return [...this.#pairs];
  }

  add(header: HeaderPair): void {
    this.#pairs.push(header);
  }

  /** The value of the first header of that name. */
  find(name: string): string | undefined {
    const lower = name.toLowerCase();
    return this.#pairs.find(([known]) => known.toLowerCase() === lower)?.[1];
  }

  /** Answers whether there was one. */
  remove(name: string): boolean {
    const before = this.#pairs.length;
    const lower = name.toLowerCase();
    this.#pairs = this.#pairs.filter(([known]) => known.toLowerCase() !== lower);
    return this.#pairs.length < before;
  }

  clear(): void {
    this.#pairs = [];
  }

  /** As node:http takes them. */
  flat(): string[] {
    return this.#pairs.flat();
  }
}
