/** The words of the harness: what a bench is, what a case says of it, what comes out. */
/** Does `ops` operations and answers a checksum of the work. */
export type LoopBench = (ops: number) => Promise<number>;

/** Parks `n` flows for good; kills them all and answers how many of them unwound. */
export interface ParkingBench<State = unknown> {
  park(n: number): Promise<State>;
  kill(state: State): Promise<number>;
}

/** A server that listens on 127.0.0.1. */
export interface BenchServer {
  readonly port: number;
  /** How many requests, or messages, have been handled so far. */
  served(): number;
}

/** Starts a server. It ends with its process. */
export type ServerBench = () => Promise<BenchServer>;

/** What the connections of a load say: 1 KiB that comes back, or GET requests that are answered with `hello`. */
export type Protocol = 'echo' | 'http';

/** What a load tells of its work. */
export interface LoadFigures {
  readonly answered: number;
  readonly seconds: number;
}

/** What a server tells of itself: so far, and at the moment; the heap where there is one of ours to see. */
export interface Usage {
  readonly served: number;
  readonly cpuMicroseconds: number;
}
export interface Memory {
  readonly heap?: number;
  readonly rss: number;
}

/** How a case is measured: see measurements.ts, servers.ts, idle.ts and import-time.ts. */
export type Kind = 'loop' | 'sleepers' | 'kill' | 'parked' | 'server' | 'idle' | 'import';

/** Named numbers, and the proof that the work was done. */
export type Figures = Readonly<Record<string, number>>;
export interface Measured {
  readonly checksum: number;
  readonly figures: Figures;
}

/** On "ours ÷ peer" when `against` names one, else on our own figure. */
export interface Bound {
  readonly against?: string;
  readonly max?: number;
  readonly min?: number;
}

/** One figure of a case, shown as a block of the table. */
export interface Row {
  readonly metric: string;
  readonly unit: string;
  readonly label?: string;
  readonly bounds: readonly Bound[];
}

export interface Case {
  readonly name: string;
  readonly title: string;
  readonly kind: Kind;
  /** The module that holds our side, `bench/<module>.bench.ts`; the case's name unless said otherwise. */
  readonly module?: string;
  /** Operations in one round; for servers, connections. */
  readonly ops: number;
  /** What the load of a server says, and how long a round of it is: so many times `measureMs`, 1 unless said otherwise. */
  readonly protocol?: Protocol;
  readonly length?: number;
  /** What a contender must answer for them: the number of operations unless said otherwise. */
  readonly checksum?: (ops: number) => number;
  /** At most so many processes for each contender, for cases that take long. */
  readonly repetitions?: number;
  readonly nodeFlags?: readonly string[];
  /** Contender → the label of its row. */
  readonly peers: Readonly<Record<string, string>>;
  readonly rows: readonly Row[];
}

/** How hard to measure. */
export interface Effort {
  /** Processes for each contender. */
  readonly repetitions: number;
  /** Time of one process: before measuring, and measuring. */
  readonly warmMs: number;
  readonly measureMs: number;
  /** Processes for each side of an import. */
  readonly starts: number;
}

/** What a child process is told. */
export interface Task extends Effort {
  readonly name: string;
  readonly kind: Kind;
  readonly ops: number;
  /** URL of the module with the benches, and the name it exports them under. */
  readonly module: string;
  readonly exported: string;
  /** The CPU to measure on; absent where nothing is pinned. */
  readonly cpu?: number | undefined;
}

export interface NodeRuntime {
  readonly path: string;
  readonly version: string;
  readonly major: number;
}
export interface PythonRuntime {
  readonly path: string;
  readonly version: string;
}

/** What the cases are measured with. */
export interface Environment {
  readonly node: NodeRuntime;
  readonly python: PythonRuntime | undefined;
  readonly cpus: readonly number[];
  readonly hasPeers: boolean;
  readonly effort: Effort;
}

/** What became of a contender in a case: the figures of each repetition, or why there are none. */
export type Outcome = { readonly samples: readonly Figures[] } | { readonly missing: string };
/** By case name, then by contender. */
export type Results = Readonly<Record<string, Readonly<Record<string, Outcome>>>>;

export interface Run {
  readonly node: NodeRuntime;
  readonly results: Results;
}
