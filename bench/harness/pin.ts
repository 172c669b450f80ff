/**
 * Pins processes to a CPU, where `taskset` is there to do it.
 *
 * A bench is pinned after its warm-up: V8 compiles on threads of its own, and on a single CPU they take the time
 * of the code they are to make fast.
 */
import { answerOf } from './runtimes.ts';

/** The CPUs this process may use; empty where there is no taskset. */
export function findCpus(): number[] {
  const list = answerOf('taskset', ['-cp', String(process.pid)])
    ?.split(':')
    .at(-1)
    ?.trim();
  if (!list) return [];
  return list.split(',').flatMap((part) => {
    const [first = 0, last = first] = part.split('-').map(Number);
    return Array.from({ length: last - first + 1 }, (_, i) => first + i);
  });
}

/** The command and arguments that run a command on one CPU; without a CPU, the command as it is. */
export const pinned = (cpu: number | undefined, command: string, args: string[]): [string, string[]] =>
  cpu === undefined ? [command, args] : ['taskset', ['-c', String(cpu), command, ...args]];

/** Moves a process, this one unless said otherwise, with all its threads to one CPU. */
export function pin(cpu: number | undefined, pid: number = process.pid): void {
  if (cpu !== undefined) answerOf('taskset', ['-acp', String(cpu), String(pid)]);
}
