/** One measurement in a process of its own: `node child.js TASK_AS_JSON`; prints the outcome as one JSON line. */
import { measurements } from './measurements.ts';
import type { Task } from './types.ts';

const task = JSON.parse(process.argv[2] ?? '{}') as Task;
const module = (await import(task.module)) as Record<string, Record<string, unknown> | undefined>;
const bench = module[task.exported]?.[task.name];
const measure = measurements[task.kind];
if (bench === undefined || measure === undefined) throw new Error(`error: no bench ${task.name}`);
const measured = await measure(bench as never, task);
process.stdout.write(`${JSON.stringify(measured)}\n`, () => process.exit());
