/**
 * What a fetch handler changes of the global object, and how to have it back:
 *
 *   Response         becomes the light one; both kinds are instances of either
 *   Request, fetch   are what they were, and take a light request as well
 */
import { LightRequest, linkRequest } from './fetch-request.ts';
import { LightResponse, linkResponse } from './fetch-response.ts';
import { linkHeaders } from './fetch-headers.ts';

type Name = 'Request' | 'Response' | 'fetch';

/** What was put in place, and what was there before. */
const installed = new Map<Name, { readonly ours: unknown; readonly before: PropertyDescriptor }>();

let isLinked = false;

/** @internal Connects the light classes with the real ones. Only then either may be used. */
export function linkClasses(): void {
  if (isLinked) return;
  isLinked = true;
  linkHeaders();
  linkRequest();
  linkResponse();
}

/** @internal Has `new Response()` make light ones from now on. */
export function installResponse(): void {
  install('Response', () => LightResponse);
}

/** @internal Has `new Request(request)` and `fetch(request)` take light ones from now on. */
export function installRequest(): void {
  install('Request', () => new Proxy(globalThis.Request, { construct: constructWithReal }));
  install('fetch', () => new Proxy(globalThis.fetch, { apply: callWithReal }));
}

/**
 * Puts the runtime's own `Response`, `Request` and `fetch` back in place of those that HTTP servers with a fetch
 * function have put there. The servers go on working, as with `lightResponse: false`; `new Request(request)` and
 * `fetch(request)` then do not know the requests that the servers hand out: give them `request.clone()`. The next
 * server that is made with a fetch function puts them in place again, unless its options say not to.
 */
export function restoreFetchGlobals(): void {
  for (const [name, { ours, before }] of installed) {
    // What somebody has put there since is theirs.
    if (globalThis[name] === ours) Object.defineProperty(globalThis, name, before);
  }
  installed.clear();
}

function install(name: Name, make: () => unknown): void {
  if (installed.has(name)) return;
  const before = Object.getOwnPropertyDescriptor(globalThis, name);
  if (before?.configurable !== true) return;
  const ours = make();
  const { enumerable = false } = before;
  Object.defineProperty(globalThis, name, { value: ours, writable: true, configurable: true, enumerable });
  installed.set(name, { ours, before });
}

function constructWithReal(target: typeof Request, parameters: unknown[], newTarget: unknown): Request {
  return Reflect.construct(target, withReal(parameters), newTarget as typeof Request);
}

function callWithReal(target: typeof fetch, self: unknown, parameters: unknown[]): ReturnType<typeof fetch> {
  return Reflect.apply(target, self, withReal(parameters));
}

function withReal(parameters: unknown[]): unknown[] {
  const [input, ...rest] = parameters;
  return LightRequest.isLight(input) ? [LightRequest.toReal(input), ...rest] : parameters;
}
