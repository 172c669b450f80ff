/** The file of results: JSON Lines. However the tour ends, the file ends with a whole line. */

import { type FileHandle, mkdtemp, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { UsageError } from './options.ts';
import type { Row } from './tally.ts';

export class Results {
  readonly path: string;
  readonly #file: FileHandle;
  /** Length of the whole lines in the file. */
  #whole = 0;

  private constructor(path: string, file: FileHandle) {
    this.path = path;
    this.#file = file;
  }

  static async open(out: string | undefined): Promise<Results> {
    try {
      const path = out ?? join(await mkdtemp(join(tmpdir(), 'gevent-tour-')), 'results.jsonl');
      return new Results(path, await open(path, 'w'));
    } catch (error) {
      throw new UsageError(`cannot write --out: ${(error as Error).message}`, { cause: error });
    }
  }

  async write(row: Row): Promise<void> {
    const line = Buffer.from(`${JSON.stringify(row)}\n`);
    try {
      await this.#file.appendFile(line);
      this.#whole += line.length;
    } catch (error) {
      await this.#file.truncate(this.#whole).catch(() => {}); // half a line may be there
      throw new Error(`cannot write ${this.path}: ${(error as Error).message}`, { cause: error });
    }
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
