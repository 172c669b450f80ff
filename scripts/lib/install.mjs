// Some tools live in a package.json of their own, so that `npm ci` in the root stays small.
// They are installed by the script that needs them, once per lock file.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './tree.mjs';

/**
 * `npm ci` in `folder`, unless what its lock file says is already there.
 *
 * @param {string} folder relative to the root
 */
export function ensureInstalled(folder) {
  const cwd = join(root, folder);
  const lock = createHash('sha256')
    .update(readFileSync(join(cwd, 'package-lock.json')))
    .digest('hex');
  const stamp = join(cwd, 'node_modules', '.installed-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.log(`installing ${folder}`);
  const status = run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], { cwd });
  if (status !== 0) throw new Error(`npm ci in ${folder} ended with status ${status}`);
  writeFileSync(stamp, lock);
}
