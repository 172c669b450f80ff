// Just enough of TypeScript's grammar to tell code from comments and texts, so that the tests of the sources can
// look for words in the code alone.
import { posix } from 'node:path';

// After one of these a slash begins a regular expression; after anything else it divides.
const BEFORE_REGEX =
  /(^|[([{,;=:?!&|+\-*%~^<>]|\b(return|typeof|case|in|of|do|else|void|delete|await|yield))\s*$/;

/** The text with comments, and what stands inside quotes and regular expressions, blanked out; same length, same lines. */
export function codeOnly(text: string): string {
  let out = '';
  let at = 0;
  // One entry for each `${` that is open: how many braces are open inside it.
  const templates: number[] = [];
  const blank = (end: number): void => {
    out += text.slice(at, end).replace(/[^\n]/g, ' ');
    at = end;
  };
  const keep = (count = 1): void => {
    out += text.slice(at, at + count);
    at += count;
  };
  const templateText = (): void => {
    let end = at;
    while (end < text.length && text[end] !== '`' && !text.startsWith('${', end))
      end += text[end] === '\\' ? 2 : 1;
    blank(Math.min(end, text.length));
    if (text[at] === '`') {
      keep();
    } else {
      keep(2);
      templates.push(0);
    }
  };
  while (at < text.length) {
    const char = text[at] as string;
    if (text.startsWith('//', at)) {
      const end = text.indexOf('\n', at);
      blank(end === -1 ? text.length : end);
    } else if (text.startsWith('/*', at)) {
      blank(text.indexOf('*/', at + 2) + 2);
    } else if (char === "'" || char === '"') {
      keep();
      let end = at;
      while (text[end] !== char && text[end] !== '\n' && end < text.length) end += text[end] === '\\' ? 2 : 1;
      blank(end);
      keep();
    } else if (char === '`') {
      keep();
      templateText();
    } else if (char === '/' && BEFORE_REGEX.test(out.slice(-200).trimEnd())) {
      let end = at + 1;
      let inClass = false;
      while (end < text.length && (inClass || text[end] !== '/')) {
        if (text[end] === '\\') end += 1;
        else if (text[end] === '[') inClass = true;
        else if (text[end] === ']') inClass = false;
        end += 1;
      }
      keep();
      blank(end);
      keep();
    } else if (char === '{' && templates.length > 0) {
      templates.push((templates.pop() ?? 0) + 1);
      keep();
    } else if (char === '}' && templates.length > 0) {
      const open = templates.pop() ?? 0;
      keep();
      if (open === 0) templateText();
      else templates.push(open - 1);
    } else {
      keep();
    }
  }
  return out;
}

/** One import or re-export: what it names, and whether it is there for its side effects alone. */
export interface Import {
  readonly specifier: string;
  readonly bare: boolean;
  readonly line: number;
}

/** Every import, re-export and dynamic import of a source text; those of types count like any other. */
export function importsOf(text: string): Import[] {
  const code = codeOnly(text);
  const found: Import[] = [];
  for (const match of code.matchAll(/(\bfrom\s*|\bimport\s*\(\s*|(?<![.\w])import\s*)(['"])( *)\2/g)) {
    const [whole, lead = '', , blanks = ''] = match;
    const start = match.index + whole.length - 1 - blanks.length;
    found.push({
      specifier: text.slice(start, start + blanks.length),
      bare: /^import\s*$/.test(lead),
      line: code.slice(0, match.index).split('\n').length,
    });
  }
  return found;
}

/** The file that a relative specifier names, relative to the root. */
export function resolveImport(from: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(from), specifier));
}

/** Whether `await` stands outside of every function, brace and bracket. */
export function hasTopLevelAwait(code: string): boolean {
  let depth = 0;
  for (const [token] of code.matchAll(/[{}()[\]]|\bawait\b/g)) {
    if (token === 'await') {
      if (depth === 0) return true;
    } else {
      depth += '{(['.includes(token) ? 1 : -1;
    }
  }
  return false;
}
