// The repository on disk: its root, files by suffix, and running a command in it.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * Paths below `folder` (relative to the root, with forward slashes) that end in `suffix`, sorted.
 *
 * @param {string} folder
 * @param {string} suffix
 * @returns {string[]}
 */
export function filesIn(folder, suffix) {
  /** @type {string[]} */
  const found = [];
  /** @param {string} path */
  const walk = (path) => {
    for (const entry of readdirSync(path, { withFileTypes: true })) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) {
        if (entry.name !== 'node_modules') walk(child);
      } else if (entry.name.endsWith(suffix)) {
        found.push(relative(root, child).split(sep).join('/'));
      }
    }
  };
  const top = join(root, folder);
  if (existsSync(top)) walk(top);
  return found.sort();
}

/** The value of a JSON file, named relative to the root. @param {string} path @returns {any} */
export function readJson(path) {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

/** A dev dependency's program, run without npm in between. @param {string} name */
export function binary(name) {
  return join(root, 'node_modules', '.bin', process.platform === 'win32' ? `${name}.cmd` : name);
}

/**
 * Runs a command in the root (or `cwd`), its output passed on, and answers its exit status.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 */
export function run(command, args, { cwd = root, env = process.env } = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd,
    env,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  });
  if (error) throw error;
  return status ?? 1;
}
