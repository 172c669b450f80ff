// Says what an object answers, so that two that ought to be alike can be compared: a light one and a real one.
import { linkClasses } from '../../src/http/fetch-globals.ts';
import { LightResponse } from '../../src/http/fetch-response.ts';
import { type RealFetch, realFetch } from '../../src/http/fetch-real.ts';

linkClasses();

export const real: RealFetch = realFetch();
export const Light: typeof Response = LightResponse as unknown as typeof Response;

/** What calling `ask` comes to: an answer, or an error's class and message. */
export function answerOf(ask: () => unknown): unknown {
  try {
    return ask();
  } catch (error) {
    return failure(error);
  }
}

/** As {@link answerOf}, for what answers later. */
export async function laterAnswerOf(ask: () => unknown): Promise<unknown> {
  try {
    return await ask();
  } catch (error) {
    return failure(error);
  }
}

function failure(error: unknown): unknown {
  const { name, message } = error as Error;
  return { name, message };
}

/** Everything about a response that can be seen without reading its body. */
export function lookOf(response: Response): Record<string, unknown> {
  const { status, statusText, ok, type, url, redirected, bodyUsed } = response;
  return {
    status,
    statusText,
    ok,
    type,
    url,
    redirected,
    bodyUsed,
    headers: [...response.headers],
    hasBody: response.body !== null,
    isLocked: response.body?.locked,
    tag: Object.prototype.toString.call(response),
  };
}

/** All the ways to have what is in a body. */
export const READINGS: Readonly<Record<string, (it: Request | Response) => unknown>> = {
  text: (it) => it.text(),
  json: (it) => it.json(),
  arrayBuffer: async (it) => [...new Uint8Array(await it.arrayBuffer())],
  bytes: async (it) => [...(await (it as unknown as { bytes(): Promise<Uint8Array> }).bytes())],
  blob: async (it) => {
    const blob = await it.blob();
    return [blob.type, await blob.text()];
  },
  formData: async (it) => [...(await it.formData())],
  body: async (it) => {
    const chunks: Buffer[] = [];
    for await (const chunk of it.body ?? []) chunks.push(Buffer.from(chunk as Uint8Array));
    return Buffer.concat(chunks).toString();
  },
  'clone, and both': async (it) => {
    const copy = it.clone();
    return [await copy.text(), await it.text(), copy.bodyUsed, it.bodyUsed];
  },
  'text twice': async (it) => [await it.text(), await laterAnswerOf(() => it.text())],
  'clone behind text': async (it) => [await it.text(), answerOf(() => void it.clone()), it.bodyUsed],
  'bodyUsed while it is read': async (it) => {
    const before = it.bodyUsed;
    const reading = it.text();
    return [before, it.bodyUsed, await reading, it.bodyUsed, it.body?.locked];
  },
  'a locked body': async (it) => {
    it.body?.getReader();
    return [it.bodyUsed, await laterAnswerOf(() => it.text())];
  },
  'a cancelled body': async (it) => {
    await it.body?.cancel();
    return [it.bodyUsed, await laterAnswerOf(() => it.text())];
  },
  'the same body each time': (it) => it.body === it.body,
};
