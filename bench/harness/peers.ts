/** Installs the peers of bench/compare, on demand. */
import { spawnSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { compareFolder } from './paths.ts';

function isInstalled(): boolean {
  const installed = join(compareFolder, 'node_modules/.package-lock.json');
  const wanted = join(compareFolder, 'package-lock.json');
  return existsSync(installed) && statSync(installed).mtimeMs >= statSync(wanted).mtimeMs;
}

/** True when the peers can be imported afterwards. */
export function installPeers(say: (line: string) => void): boolean {
  if (isInstalled()) return true;
  say('installing the peers of bench/compare ...');
  const { status, stderr } = spawnSync('npm', ['ci', '--prefix', compareFolder, '--no-audit', '--no-fund'], {
    cwd: compareFolder,
    encoding: 'utf8',
  });
  if (status === 0) return true;
  say(`peers skipped, npm ci in bench/compare failed: ${stderr?.match(/^npm error .*/m)?.[0] ?? 'no npm'}`);
  return false;
}
