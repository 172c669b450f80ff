// npm run clients: installs, from the system's own packages, the programs that tests of the network and benchmarks
// speak to: clients and servers that are not ours. Needs Debian and root, as CI has; elsewhere it only says what is
// missing, and the tests that need one say so and are skipped.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** What is run, and the package that has it. */
const PROGRAMS = {
  curl: 'curl',
  openssl: 'openssl',
  nc: 'netcat-openbsd',
  wrk: 'wrk',
  chromium: 'chromium',
};

const missing = Object.keys(PROGRAMS).filter((program) => !isInstalled(program));
if (missing.length > 0) install(missing);
const absent = Object.keys(PROGRAMS).filter((program) => !isInstalled(program));
const present = Object.keys(PROGRAMS).filter((program) => !absent.includes(program));
console.log(`clients: ${present.join(' ')}${absent.length > 0 ? `; missing: ${absent.join(' ')}` : ''}`);

/** @param {string[]} programs */
function install(programs) {
  const packages = programs.map((program) => PROGRAMS[/** @type {keyof typeof PROGRAMS} */ (program)]);
  if (!isInstalled('apt-get') || process.getuid?.() !== 0) return;
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (/** @type {string[]} */ args) =>
    spawnSync('apt-get', ['-qq', ...args], {
      stdio: ['ignore', 'ignore', 'inherit'],
      env: environment,
      timeout: 300_000,
    });
  apt(['update']);
  // One by one: a package that a system does not have must not keep the others away.
  for (const name of packages) apt(['install', '-y', '--no-install-recommends', name]);
}

/** @param {string} program */
function isInstalled(program) {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => existsSync(join(folder, program)));
}
