// npm run example -- NAME [ARGUMENT ...]: compiles, and runs examples/NAME.ts. Without a name: what there is.
import { spawn } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { compile } from './lib/compile.mjs';
import { root } from './lib/tree.mjs';

const [name, ...rest] = process.argv.slice(2);
const names = readdirSync(join(root, 'examples'))
  .filter((file) => file.endsWith('.ts'))
  .map((file) => file.slice(0, -3));

if (name === undefined || !names.includes(name)) {
  console.error(`Usage: npm run example -- NAME [ARGUMENT ...]\nNAME is one of: ${names.join(', ')}`);
  process.exitCode = 2;
} else if (compile() !== 0 || !existsSync(join(root, 'build', 'examples', `${name}.js`))) {
  process.exitCode = 1;
} else {
  const script = join(root, 'build', 'examples', `${name}.js`);
  const child = spawn(process.execPath, ['--enable-source-maps', script, ...rest], { stdio: 'inherit' });
  // Ctrl-C goes to the whole terminal: the example ends as it likes, and this with it.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  child.on('close', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
  });
}
