// The openssl command, as a client and as a server that we did not write.
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';

/** False where the command is missing; the tests that need it are skipped then. */
export const hasOpenssl: boolean = spawnSync('openssl', ['version']).status === 0;

/** A message for tests that are skipped, or false for those that run. */
export const skipWithoutOpenssl: string | false = hasOpenssl ? false : 'the openssl command is missing';

/** A running openssl command. */
export interface OpensslProcess {
  readonly child: ChildProcessWithoutNullStreams;
  /** All that it printed so far. */
  output(): string;
  /** Until it has printed `text`. */
  printed(text: string): Promise<void>;
  /** Until it has ended. */
  ended(): Promise<number | null>;
  destroy(): void;
}

/** Starts it; it is stopped after 30 seconds, or by `destroy()`. */
export function startOpenssl(args: readonly string[]): OpensslProcess {
  const child = spawn('openssl', args, { stdio: 'pipe' });
  let output = '';
  const watchers = new Set<() => void>();
  const add = (part: string): void => {
    output += part;
    for (const watcher of watchers) watcher();
  };
  child.stdout.setEncoding('latin1').on('data', add);
  child.stderr.setEncoding('latin1').on('data', add);
  child.stdin.on('error', () => {});
  const limit = setTimeout(() => child.kill('SIGKILL'), 30_000);
  let hasEnded = false;
  const end = new Promise<number | null>((resolve) => {
    child.once('close', (code) => {
      clearTimeout(limit);
      hasEnded = true;
      resolve(code);
      for (const watcher of watchers) watcher();
    });
  });
  return {
    child,
    output: () => output,
    ended: () => end,
    destroy: () => child.kill('SIGKILL'),
    printed: (text) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          if (output.includes(text)) resolve();
          else if (hasEnded) reject(new Error(`openssl ended without printing ${text}:\n${output}`));
          else return;
          watchers.delete(look);
        };
        watchers.add(look);
        look();
      }),
  };
}
