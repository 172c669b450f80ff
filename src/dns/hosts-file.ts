/** The hosts file: names that no server is asked for. */
import { formatIPv4, formatIPv6, parseIPv4, parseIPv6 } from '../inet/ip-text.ts';
import { ParsedFile, wordsOfLines } from '../inet/parsed-file.ts';
import { byFamily, type Family, type HostEntry } from './host-entry.ts';

interface Line {
  readonly address: string;
  readonly family: Family;
  readonly names: readonly string[];
}

interface Content {
  readonly byName: ReadonlyMap<string, readonly Line[]>;
  readonly byAddress: ReadonlyMap<string, Line>;
}

const WINDOWS = `${process.env['SystemRoot'] ?? 'C:\\Windows'}\\System32\\drivers\\etc\\hosts`;

/** @internal Where the system has its hosts file. */
export const HOSTS_FILE: string = process.platform === 'win32' ? WINDOWS : '/etc/hosts';

/** @internal What a hosts file says; read again when it has changed. */
export class HostsFile {
  readonly #file: ParsedFile<Content>;

  constructor(path: string = HOSTS_FILE) {
    this.#file = new ParsedFile(path, parse);
  }

  /** The addresses of a name, in the order of the file; undefined when the file has none of that family. */
  find(name: string, family: Family | 0): HostEntry | undefined {
    const lines = this.#file.get().byName.get(plain(name));
    const fitting = lines?.filter((line) => family === 0 || line.family === family) ?? [];
    const [first] = fitting;
    if (first === undefined) return undefined;
    const addresses = [...new Set(fitting.map(({ address }) => address))];
    return { ...namesOf(first), addresses: family === 0 ? byFamily(addresses) : addresses };
  }

  /** The names of an address; undefined when the file has none. */
  findNames(address: string): HostEntry | undefined {
    const line = this.#file.get().byAddress.get(address);
    return line === undefined ? undefined : { ...namesOf(line), addresses: [address] };
  }
}

/** Names are the same in upper and lower case, and with a dot at the end. */
function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function namesOf({ names }: Line): { name: string; aliases: readonly string[] } {
  const [name = '', ...aliases] = names;
  return { name, aliases };
}

function parse(text: string): Content {
  const byName = new Map<string, Line[]>();
  const byAddress = new Map<string, Line>();
  for (const [where = '', ...names] of wordsOfLines(text)) {
    const four = parseIPv4(where);
    const six = four === undefined ? parseIPv6(where) : undefined;
    if (names.length === 0 || (four ?? six) === undefined) continue;
    const address = six === undefined ? formatIPv4(four as Uint8Array) : formatIPv6(six);
    const line: Line = { address, family: six === undefined ? 4 : 6, names };
    if (!byAddress.has(address)) byAddress.set(address, line);
    for (const name of new Set(names.map(plain))) {
      const lines = byName.get(name);
      if (lines === undefined) byName.set(name, [line]);
      else lines.push(line);
    }
  }
  return { byName, byAddress };
}
