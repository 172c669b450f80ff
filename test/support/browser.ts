// Headless Chromium, driven over a pipe by the protocol of its developer tools.
import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** Nothing beyond loopback is asked for, and nothing of the user's is touched. */
const FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-default-apps',
  '--disable-extensions',
  '--disable-sync',
  '--no-default-browser-check',
  '--no-first-run',
  '--no-proxy-server',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1',
  '--remote-debugging-pipe',
  '--window-size=800,700',
];

const LIMIT_SECONDS = 60;

interface Message {
  readonly id?: number;
  readonly sessionId?: string;
  readonly method?: string;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly result?: Readonly<Record<string, unknown>>;
  readonly error?: { readonly message: string };
}

/** A browser; each of its pages has storage of its own. */
export class Browser {
  readonly #child: ChildProcess;
  readonly #folder = mkdtempSync(join(tmpdir(), 'browser-'));
  readonly #answers = new Map<number, (message: Message) => void>();
  readonly #pages = new Map<string, Page>();
  #count = 0;
  #unread = '';

  private constructor() {
    const args = [...FLAGS, `--user-data-dir=${this.#folder}`, 'about:blank'];
    this.#child = spawn('chromium', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'] });
    const [, , , input, output] = this.#child.stdio as [null, null, null, Writable, Readable];
    input.on('error', () => {});
    output.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    this.#child.once('close', () => this.#failAll());
  }

  static async start(): Promise<Browser> {
    const browser = new Browser();
    await browser.send('Browser.getVersion');
    return browser;
  }

  /** A page in a window of its own, loaded. */
  async open(url: string): Promise<Page> {
    const { browserContextId } = await this.send('Target.createBrowserContext');
    const { targetId } = await this.send('Target.createTarget', { url: 'about:blank', browserContextId });
    const { sessionId } = await this.send('Target.attachToTarget', { targetId, flatten: true });
    const page = new Page(this, String(sessionId), String(targetId));
    this.#pages.set(String(sessionId), page);
    for (const domain of ['Page', 'Runtime', 'Log', 'Network']) await page.send(`${domain}.enable`);
    await page.load(url);
    return page;
  }

  /** Sends a command, and answers what it results in. */
  send(method: string, params: object = {}, sessionId?: string): Promise<Readonly<Record<string, unknown>>> {
    this.#count += 1;
    const id = this.#count;
    const input = this.#child.stdio[3] as Writable;
    return new Promise((resolve, reject) => {
      const limit = setTimeout(() => reject(new Error(`${method}: no answer`)), LIMIT_SECONDS * 1000);
      this.#answers.set(id, ({ error, result = {} }) => {
        clearTimeout(limit);
        if (error === undefined) resolve(result);
        else reject(new Error(`${method}: ${error.message}`));
      });
      input.write(`${JSON.stringify({ id, method, params, sessionId })}\0`);
    });
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const closed = once(this.#child, 'close');
      const limit = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
      await this.send('Browser.close').catch(() => this.#child.kill('SIGKILL'));
      await closed;
      clearTimeout(limit);
    }
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  #read(text: string): void {
    const parts = (this.#unread + text).split('\0');
    this.#unread = parts.pop() ?? '';
    for (const part of parts) {
      const message = JSON.parse(part) as Message;
      if (message.id !== undefined) {
        this.#answers.get(message.id)?.(message);
        this.#answers.delete(message.id);
      } else if (message.sessionId !== undefined) this.#pages.get(message.sessionId)?.hear(message);
    }
  }

  #failAll(): void {
    for (const answer of this.#answers.values()) answer({ error: { message: 'the browser has ended' } });
    this.#answers.clear();
  }
}

export class Page {
  /** What the page complained about: errors in its console, exceptions, requests that failed. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #session: string;
  readonly #target: string;
  #onLoad = (): void => {};

  constructor(browser: Browser, session: string, target: string) {
    this.#browser = browser;
    this.#session = session;
    this.#target = target;
  }

  send(method: string, params: object = {}): Promise<Readonly<Record<string, unknown>>> {
    return this.#browser.send(method, params, this.#session);
  }

  async load(url: string): Promise<void> {
    const loaded = new Promise<void>((resolve) => (this.#onLoad = resolve));
    const { errorText } = await this.send('Page.navigate', { url });
    assert.equal(errorText, undefined);
    await loaded;
  }

  /** What an expression comes to in the page; a promise is waited for. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    assert.equal(exceptionDetails, undefined);
    return (result as { readonly value?: unknown }).value;
  }

  /** Waits until an expression is true in the page. */
  async until(expression: string): Promise<void> {
    const deadline = performance.now() + LIMIT_SECONDS * 1000;
    while ((await this.evaluate(`Boolean(${expression})`)) !== true) {
      assert.ok(
        performance.now() < deadline,
        `waited in vain for ${expression}; complaints: ${this.complaints.join()}`,
      );
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Puts the cursor into an element, and types as a person does; `\n` is the Enter key. */
  async type(selector: string, text: string): Promise<void> {
    await this.evaluate(`document.querySelector(${JSON.stringify(selector)}).focus()`);
    for (const key of text) {
      const what =
        key === '\n'
          ? { key: 'Enter', code: 'Enter', text: '\r', windowsVirtualKeyCode: 13 }
          : { key, text: key };
      await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...what });
      await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...what, text: undefined });
    }
  }

  /** A picture of the page as a PNG. */
  async screenshot(): Promise<Buffer> {
    const { data } = await this.send('Page.captureScreenshot', { format: 'png' });
    return Buffer.from(String(data), 'base64');
  }

  /** Closes it, as a person closes a window. */
  async close(): Promise<void> {
    await this.#browser.send('Target.closeTarget', { targetId: this.#target });
  }

  /** What the browser tells of it. */
  hear({ method, params = {} }: Message): void {
    if (method === 'Page.loadEventFired') this.#onLoad();
    const hasFailed = method === 'Network.loadingFailed' && params['canceled'] !== true;
    if (method === 'Runtime.exceptionThrown' || hasFailed) this.complaints.push(JSON.stringify(params));
    const entry = params['entry'] as { readonly level?: string } | undefined;
    if (method === 'Log.entryAdded' && entry?.level === 'error') this.complaints.push(JSON.stringify(entry));
    if (method === 'Runtime.consoleAPICalled' && params['type'] === 'error')
      this.complaints.push(JSON.stringify(params['args']));
  }
}
