/** The results, row by row, and what they add up to. */

export const outcomes = ['downloaded', 'failed', 'timed out', 'killed'] as const;

/** One page in the file of results. */
export interface Row {
  url: string;
  outcome: (typeof outcomes)[number];
  seconds: number;
  status?: number;
  bytes?: number;
  error?: string;
}

export class Tally {
  /** How many pages there are to visit. */
  readonly total: number;
  /** How many of them came to which end. */
  readonly pages = { downloaded: 0, failed: 0, 'timed out': 0, killed: 0 };
  bytes = 0;
  /** What the single visits took, added up: the time of visiting one page after the other. */
  visiting = 0;
  #started = performance.now();

  constructor(total: number) {
    this.total = total;
  }

  add(row: Row): void {
    this.pages[row.outcome]++;
    this.bytes += row.bytes ?? 0;
    this.visiting += row.seconds;
  }

  /** Pages that have come to an end of any kind. */
  get done(): number {
    return outcomes.reduce((sum, outcome) => sum + this.pages[outcome], 0);
  }

  /** Seconds since the start. */
  get elapsed(): number {
    return (performance.now() - this.#started) / 1000;
  }
}
