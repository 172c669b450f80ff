// Every block of TypeScript in the README, the guide and the pages of the modules is a whole program: it compiles, it
// ends well, and what it says in `// prints: ...` is what it prints, all of it, in that order.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readText } from '../support/repository.ts';
import { blocksOf, compileBlocks, runBlock, saidToPrint } from '../support/blocks.ts';

const FOLDER = 'docs-blocks';
const MODULES = ['sockets', 'tls', 'dns', 'select', 'servers', 'http', 'wsgi', 'backdoor'];
const PAGES = ['README.md', 'docs/guide.md', ...MODULES.map((name) => `docs/${name}.md`)];
const blocks = PAGES.flatMap((path) => blocksOf(path, readText(path)));
const programs = new Map(blocks.map(({ code }, index) => [`block${index}`, code]));
const complaints = compileBlocks(FOLDER, programs);

test('there are blocks on every page, and most of them print something', () => {
  for (const path of PAGES)
    assert.ok(
      blocks.some(({ place }) => place.startsWith(path)),
      path,
    );
  assert.ok(blocks.filter(({ code }) => saidToPrint(code).length > 0).length >= 20);
});

for (const [index, { place, code }] of blocks.entries()) {
  test(`${place} compiles, and prints what it says`, async () => {
    assert.deepEqual(complaints.get(`block${index}`), []);
    const { status, stdout, stderr } = await runBlock(FOLDER, `block${index}`);
    assert.equal(stderr, '');
    assert.deepEqual(stdout.split('\n').slice(0, -1), saidToPrint(code));
    assert.equal(status, 0);
  });
}

test('the links of the guide lead to its headings', () => {
  const guide = readText('docs/guide.md');
  const headings = [...guide.matchAll(/^## (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^a-z0-9 -]/g, '')
      .replaceAll(' ', '-'),
  );
  const links = [...guide.matchAll(/\]\(#([^)]*)\)/g)].map(([, link]) => link);
  assert.deepEqual(links, headings);
});
