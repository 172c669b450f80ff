/** A user's own list: one URL a line; blank lines and lines that start with # do not count. */

import { readFile } from 'node:fs/promises';

import { UsageError } from './options.ts';
import type { Site } from './site.ts';

/** Bad lines are reported and left out. */
export async function readUrls(path: string): Promise<Site> {
  const urls: URL[] = [];
  for (const [index, raw] of (await readText(path)).split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const url = URL.canParse(line) ? new URL(line) : undefined;
    if (url?.protocol === 'http:' || url?.protocol === 'https:') urls.push(url);
    else console.error(`${path}:${index + 1}: skipped, not an http or https URL: ${quote(line)}`);
  }
  if (urls.length === 0) throw new UsageError(`${path} holds no URL`);
  return { urls, close: async () => {} };
}

async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  } catch (error) {
    throw new UsageError(`cannot read --urls: ${(error as Error).message}`, { cause: error });
  }
}

function quote(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}...` : text);
}
