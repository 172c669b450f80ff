// Every function that a user of the package can call, with its parameters: exported functions, constructors, static and
// instance methods, setters, and the methods of exported interfaces. What is marked @internal or protected is left out.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { inspect } from 'node:util';
import { filesBelow, readText, root } from './repository.ts';
import { codeOnly, resolveImport } from './source-text.ts';

type AnyClass = (abstract new (...args: never[]) => object) & { readonly prototype: object };

/** Name (`spawn`, `new Queue`, `Timeout.startNew`, `Queue#put`, `Greenlet#name=`) and parameters as text. */
export type PublicFunctions = Map<string, string>;

/** Walks through the entry files. */
export async function publicFunctions(): Promise<PublicFunctions> {
  const found: PublicFunctions = new Map();
  const seen = new Set<unknown>();
  const hidden = hiddenMembers();
  const entries = filesBelow('src', (path) => path.split('/').length === 2);
  const modules = new Map<string, Record<string, unknown>>();
  for (const entry of entries) {
    const url = pathToFileURL(join(root, `build/${entry.replace(/\.ts$/, '.js')}`)).href;
    modules.set(entry, (await import(url)) as Record<string, unknown>);
  }
  const exported = new Set([...modules.values()].flatMap((names) => Object.values(names)));
  for (const [entry, names] of modules) {
    for (const [name, value] of Object.entries(names)) {
      if (typeof value === 'function') {
        if (isClass(value)) walkClass(value, { found, seen, hidden, exported });
        else add(found, seen, name, value);
      } else if (typeof value === 'object' && value !== null) {
        walkAccessors(value, `${name}.`, found, seen);
      }
    }
    for (const { name, file } of interfacesOf(entry)) walkInterface(name, file, found);
  }
  return found;
}

/** The parameters between the first parentheses of a function's or constructor's text. */
function parameters(text: string): string {
  const start = text.indexOf('(') + 1;
  let depth = 1;
  let end = start;
  for (; depth > 0 && end < text.length; end += 1) {
    if (text[end] === '(') depth += 1;
    if (text[end] === ')') depth -= 1;
  }
  return text.slice(start, end - 1).trim();
}

function add(found: PublicFunctions, seen: Set<unknown>, name: string, fn: unknown): void {
  if (seen.has(fn)) return;
  seen.add(fn);
  found.set(name, parameters(String(fn)));
}

function isClass(value: object): value is AnyClass {
  return /^class\b/.test(typeof value === 'function' ? Function.prototype.toString.call(value) : '');
}

interface Walk {
  readonly found: PublicFunctions;
  readonly seen: Set<unknown>;
  readonly hidden: ReadonlySet<string>;
  readonly exported: ReadonlySet<unknown>;
}

/** A class and those that it extends; what a base that is not exported has counts as the class's own. */
function walkClass(first: AnyClass, walk: Walk): void {
  const { found, seen, hidden, exported } = walk;
  for (let current = first; isClass(current); current = Object.getPrototypeOf(current) as AnyClass) {
    if (seen.has(current)) return;
    seen.add(current);
    const { name } = exported.has(current) ? current : first;
    const own = /\bconstructor\s*\([^]*/.exec(codeOnly(String(current)))?.[0];
    if (own !== undefined && !hidden.has(`${current.name}.constructor`) && !found.has(`new ${name}`)) {
      found.set(`new ${name}`, parameters(own));
    }
    walkMembers(current, current.name, `${name}.`, walk);
    walkMembers(current.prototype, current.name, `${name}#`, walk);
  }
}

function walkMembers(target: object, className: string, prefix: string, { found, seen, hidden }: Walk): void {
  for (const key of Reflect.ownKeys(target)) {
    // Called by util.inspect alone.
    if (key === inspect.custom) continue;
    const name = typeof key === 'symbol' ? `[${key.description}]` : key;
    if (name === 'constructor' || hidden.has(`${className}.${name}`)) continue;
    const { value, set } = Reflect.getOwnPropertyDescriptor(target, key) as PropertyDescriptor;
    // An override may be there already: it is the one that is called.
    if (typeof value === 'function' && !isClass(value) && !found.has(prefix + name))
      add(found, seen, prefix + name, value);
    if (set !== undefined) add(found, seen, `${prefix}${name}=`, set);
  }
}

function walkAccessors(target: object, prefix: string, found: PublicFunctions, seen: Set<unknown>): void {
  for (const [name, { set }] of Object.entries(Object.getOwnPropertyDescriptors(target))) {
    if (set !== undefined) add(found, seen, `${prefix}${name}=`, set);
  }
}

/** `Class.member` for each member of a class in src that is @internal or protected. */
function hiddenMembers(): Set<string> {
  const hidden = new Set<string>();
  const member =
    /^ {2}((?:(?:static|override|abstract|async|get|set|protected|readonly|declare)\s+)*)\*?([\w$]+|\[[\w.]+\])\s*[<(:=]/gm;
  for (const path of filesBelow('src', () => true)) {
    const text = readText(path);
    const code = codeOnly(text);
    for (const match of code.matchAll(/^(?:export )?(?:abstract )?class (\w+)[^]*?^\}/gm)) {
      const [body, name] = match;
      for (const found of body.matchAll(member)) {
        const before = text.slice(0, match.index + found.index).trimEnd();
        const comment = before.endsWith('*/') ? before.slice(before.lastIndexOf('/**')) : '';
        if (comment.includes('@internal') || found[1]?.includes('protected') === true) {
          hidden.add(`${name}.${found[2]}`);
        }
      }
    }
  }
  return hidden;
}

/** The interfaces among the types that an entry file exports, and where they are declared. */
function interfacesOf(entry: string): { readonly name: string; readonly file: string }[] {
  const text = readText(entry);
  const found: { name: string; file: string }[] = [];
  for (const [, all, names = '', file = ''] of text.matchAll(/export (type )?\{([^}]*)\} from '([^']+)'/g)) {
    for (const [, isType, name = ''] of names.matchAll(/(type )?(\w+)(?:,|\s*$)/g)) {
      if (all !== undefined || isType !== undefined) found.push({ name, file: resolveImport(entry, file) });
    }
  }
  return found;
}

function walkInterface(name: string, file: string, found: PublicFunctions): void {
  const code = codeOnly(readText(file));
  // One without members of its own stands on a line, or ends with `{}`.
  const body = new RegExp(`^export interface ${name}\\b[^{]*\\{(?!\\})[^]*?^\\}`, 'm').exec(code)?.[0] ?? '';
  for (const match of body.matchAll(/^ {2}([\w$]+|\[\w+\])\??(?:<[^(]*>)?\(/gm)) {
    found.set(`${name}#${match[1]}`, parameters(body.slice(match.index)));
  }
}
