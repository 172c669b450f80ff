// The chat, with two people in front of two windows of a browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Browser, type Page } from '../support/browser.ts';
import { ExampleProcess, missing, withExample } from '../support/example-process.ts';

/** What the window shows, a line for each message. */
const LINES = `[...document.querySelectorAll('#messages div')].map((line) => line.textContent)`;

async function withBrowser(body: (browser: Browser) => Promise<void>): Promise<void> {
  const browser = await Browser.start();
  try {
    await body(browser);
  } finally {
    await browser.close();
  }
}

async function shows(page: Page, ...lines: readonly string[]): Promise<void> {
  await page.until(`${LINES}.length >= ${lines.length}`);
  assert.deepEqual(await page.evaluate(LINES), lines);
}

const skip = missing('chromium');

test(
  'what is typed in one window appears in the other; a closed one ends its request',
  { skip },
  async () => {
    await withExample('web-chat', ['0'], async (example, port) => {
      await withBrowser(async (browser) => {
        const url = `http://127.0.0.1:${port}/`;
        const [ada, bob] = [await browser.open(url), await browser.open(url)];
        await ada.type('#from', 'Ada');
        await ada.type('#text', 'hello\n');
        await shows(bob, 'Ada: hello');
        await bob.type('#from', 'Bob');
        await bob.type('#text', 'hi <b>Ada</b> & all\n');
        await ada.type('#text', 'again\n');
        for (const page of [ada, bob]) {
          await page.until(`${LINES}.length === 3`);
          const lines = ((await page.evaluate(LINES)) as string[]).toSorted();
          assert.deepEqual(lines, ['Ada: again', 'Ada: hello', 'Bob: hi <b>Ada</b> & all']);
          assert.equal(await page.evaluate(`document.querySelector('#text').value`), '');
        }

        // Who comes late sees what was said.
        const late = await browser.open(url);
        await late.until(`${LINES}.length === 3`);

        assert.doesNotMatch(example.stdout, /gets no answer/);
        await bob.close();
        await example.says(/gets no answer any more: the client has gone/);
        assert.equal(example.stdout.match(/gets no answer/g)?.length, 1);
        await ada.type('#text', 'bye\n');
        await late.until(`${LINES}.at(-1) === 'Ada: bye'`);
        for (const page of [ada, bob, late]) assert.deepEqual(page.complaints, []);
      });
    });
  },
);

test('a window that loses its server says so, and goes on with the next one', { skip }, async () => {
  await withBrowser(async (browser) => {
    const first = new ExampleProcess('web-chat', ['0']);
    const port = await first.port();
    const page = await browser.open(`http://127.0.0.1:${port}/`);
    await page.type('#from', 'Ada');
    await page.type('#text', 'one\n');
    await shows(page, 'Ada: one');
    await first.stop();
    await page.until(`document.querySelector('#state').textContent.includes('does not answer')`);
    await page.type('#text', 'lost?\n');
    await page.until(`document.querySelector('#text').value === 'lost?'`);

    await withExample('web-chat', [String(port)], async () => {
      await page.until(`document.querySelector('#state').textContent === ''`);
      await page.type('#text', '\n');
      await shows(page, 'Ada: one', 'Ada: lost?');
    });
  });
});
