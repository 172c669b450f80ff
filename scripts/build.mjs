// npm run build: the package, src/ into a fresh dist/.
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { binary, root, run } from './lib/tree.mjs';

rmSync(join(root, 'dist'), { recursive: true, force: true });
process.exitCode = run(binary('tsc'), ['-p', 'tsconfig.build.json']);
