/**
 * Downloads several pages at once with fetch, in plain async functions that know nothing of greenlets.
 *
 * Run it:
 *   npm run example -- concurrent-download [URL ...]
 * Without addresses it starts a small server of its own and asks that.
 *
 * You will see each page's size as it comes, fastest first. Whatever takes longer than two seconds is killed: the
 * fetch is told by the greenlet's signal, and gives its connection back.
 */
import { currentSignal, joinAll, killAll, sleep, spawn } from 'gevent-ts';
import { HTTPServer } from 'gevent-ts/http';

/** A server whose page `/N` takes N tenths of a second. */
async function startSite(): Promise<HTTPServer> {
  const site = new HTTPServer(
    ['127.0.0.1', 0],
    async (request) => {
      const tenths = Number(new URL(request.url).pathname.slice(1));
      await sleep(tenths / 10);
      return new Response('x'.repeat(tenths * 100));
    },
    { log: null },
  );
  await site.start();
  return site;
}

async function download(url: string): Promise<number> {
  const started = performance.now();
  const response = await fetch(url, { signal: currentSignal() });
  const { byteLength } = await response.arrayBuffer();
  console.log(`${url}: ${byteLength} bytes in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return byteLength;
}

const given = process.argv.slice(2);
const site = given.length === 0 ? await startSite() : undefined;
try {
  const urls =
    site === undefined ? given : [1, 3, 2, 50].map((n) => `http://127.0.0.1:${site.serverPort}/${n}`);
  const greenlets = urls.map((url) => spawn(download, url));
  const done = await joinAll(greenlets, { timeout: 2 });
  await killAll(greenlets);
  console.log(
    `${done.filter((greenlet) => greenlet.successful()).length} of ${urls.length} pages within two seconds`,
  );
} finally {
  await site?.stop();
}
