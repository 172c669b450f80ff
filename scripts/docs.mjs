// npm run docs: the API reference, from the doc comments, into docs/api.
import { join } from 'node:path';
import { ensureInstalled } from './lib/install.mjs';
import { root, run } from './lib/tree.mjs';

ensureInstalled('docs/tools');
process.exitCode = run(process.execPath, [
  join(root, 'docs/tools/node_modules/typedoc/bin/typedoc'),
  '--options',
  'typedoc.json',
]);
