// node scripts/compile.mjs: src, test, bench and examples into build/.
import { compile } from './lib/compile.mjs';

process.exitCode = compile();
