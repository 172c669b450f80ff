// The repository as its own tests see it. They run from build/, so the root is searched for upwards.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

function findRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'tsconfig.build.json'))) {
    const above = dirname(folder);
    if (above === folder) throw new Error('The tests run outside of the repository');
    folder = above;
  }
  return folder;
}

/** The folder of the repository. */
export const root: string = findRoot();

/** The text of a file, named relative to the root. */
export function readText(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Paths of all files below `folder` that `wanted` accepts, relative to the root, with forward slashes, sorted. */
export function filesBelow(folder: string, wanted: (path: string) => boolean): string[] {
  const found: string[] = [];
  const walk = (path: string): void => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      if (entry.name === 'node_modules' || entry.name === '.git') continue;
      const child = join(path, entry.name);
      if (entry.isDirectory()) {
        walk(child);
        continue;
      }
      const name = relative(root, child).split(sep).join('/');
      if (wanted(name)) found.push(name);
    }
  };
  walk(join(root, folder));
  return found.sort();
}
