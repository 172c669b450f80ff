/** The command line of the runner. */
import { parseArgs } from 'node:util';

export const usage = `usage: npm run bench -- [options]

  --only NAME    run only the cases whose name contains NAME (repeatable)
  --node PATH    measure with this Node (repeatable); default: the running one, and Node 24 of test/runtimes
  --quick        fewer and shorter rounds: a look, not a verdict
  --json FILE    write the figures as JSON too
  --list         list the cases
  --help         show this`;

export interface Options {
  readonly only: readonly string[];
  readonly node: readonly string[];
  readonly quick: boolean;
  readonly json?: string | undefined;
  readonly list: boolean;
  readonly help: boolean;
}

/** Parses the arguments; a wrong one is an error with a message for the user. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    strict: true,
    options: {
      only: { type: 'string', multiple: true, default: [] },
      node: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
      json: { type: 'string' },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  return values;
}
