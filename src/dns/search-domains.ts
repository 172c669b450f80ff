/** Search domains: which full names a short one may stand for. */
import { hostname } from 'node:os';
import { ParsedFile, wordsOfLines } from '../inet/parsed-file.ts';

/** @internal How short names are completed. */
export interface SearchRules {
  /** The domains to try, in order. */
  readonly search: readonly string[];
  /** A name with at least so many dots is tried as it is first. */
  readonly ndots: number;
}

/** @internal The system's own rules; another object when they have changed. */
export const systemRules: ParsedFile<SearchRules> = new ParsedFile('/etc/resolv.conf', readRules);

/** @internal The rules in the text of a `resolv.conf`: the last `search` or `domain` counts. */
export function readRules(text: string): SearchRules {
  let search: readonly string[] | undefined;
  let ndots = 1;
  for (const [keyword, ...words] of wordsOfLines(text.replaceAll(/^[ \t]*;.*$/gm, ''))) {
    if (keyword === 'search') search = words;
    else if (keyword === 'domain') search = words.slice(0, 1);
    else if (keyword === 'options') ndots = ndotsIn(words) ?? ndots;
  }
  return {
    search: (search ?? ownDomain()).map((domain) => domain.replace(/\.$/, '')).filter(Boolean),
    ndots,
  };
}

function ndotsIn(words: readonly string[]): number | undefined {
  const option = words.findLast((word) => /^ndots:\d+$/.test(word));
  return option === undefined ? undefined : Math.min(15, Number(option.slice(6)));
}

/** The domain of this host's own name, where that has one. */
function ownDomain(): string[] {
  const [, ...domain] = hostname().split('.');
  return domain.length === 0 ? [] : [domain.join('.')];
}

/** @internal The full names to ask for, in order. A name with a dot at its end is full already. */
export function candidates(name: string, { search, ndots }: SearchRules): readonly string[] {
  if (name.endsWith('.')) return [name.slice(0, -1)];
  const completed = search.map((domain) => `${name}.${domain}`);
  return name.split('.').length > ndots ? [name, ...completed] : [...completed, name];
}
