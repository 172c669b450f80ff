/** The time that importing a package adds to starting Node: fresh processes, bare and importing ones in turn. */
import { spawnSync } from 'node:child_process';
import { pinned } from './pin.ts';
import { median } from './statistics.ts';
import type { Figures } from './types.ts';

const importing = (specifier: string): string => `import * as library from ${JSON.stringify(specifier)};
if (Object.keys(library).length === 0) process.exitCode = 1;`;

export interface Import {
  readonly node: string;
  readonly cpu: number | undefined;
  /** Where the specifier is resolved from. */
  readonly folder: string;
  readonly specifier: string;
  readonly starts: number;
}

/** Median with the import minus median without, in milliseconds. */
export function measureImport({ node, cpu, folder, specifier, starts }: Import): Figures {
  const startTime = (source: string): number => {
    const start = performance.now();
    const [command, args] = pinned(cpu, node, ['--input-type=module', '--eval', source]);
    const { status, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
    if (status !== 0) throw new Error(/^.*Error.*$/m.exec(stderr)?.[0] ?? 'it exports nothing');
    return performance.now() - start;
  };
  const bare: number[] = [];
  const loaded: number[] = [];
  startTime(importing(specifier));
  for (let i = 0; i < starts; i++) {
    bare.push(startTime(''));
    loaded.push(startTime(importing(specifier)));
  }
  return { importMs: median(loaded) - median(bare) };
}
