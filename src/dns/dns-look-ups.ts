/** Look-ups made of questions to DNS servers. What fails rejects with what Node reports. */
import { NativePromise } from '../base/native.ts';
import { parseIPv4, parseIPv6 } from '../inet/ip-text.ts';
import { LookUpFailure, nodeCode } from './failures.ts';
import { byFamily, type Family, type HostEntry } from './host-entry.ts';
import type { Answer, Questions, RecordType } from './questions.ts';

const TYPES: Readonly<Record<Family | 0, readonly RecordType[]>> = {
  0: ['A', 'AAAA'],
  4: ['A'],
  6: ['AAAA'],
};

/** How far a chain of aliases is followed. */
const MAX_ALIASES = 16;

/** What a search for a name goes on after. */
const GOES_ON: readonly string[] = ['ENOTFOUND', 'ENODATA', 'ESERVFAIL', 'EBADNAME'];

/** Which of several failures to report: the first of these that is among them. */
const SEVERITY: readonly string[] = ['ECANCELLED', 'ENOTFOUND', '', 'ENODATA'];

/** @internal A host by the first of the names that has an address. */
export async function findHost(
  questions: Questions,
  names: readonly string[],
  { family, withNames }: { readonly family: Family | 0; readonly withNames: boolean },
): Promise<HostEntry> {
  const [name, addresses] = await firstOf(names, (one) => askAddresses(questions, one, family));
  if (!withNames) return { name, aliases: [], addresses };
  return { ...(await followAliases(questions, name)), addresses };
}

/** @internal The records of the first of the names that has any. */
export async function findRecords(
  questions: Questions,
  names: readonly string[],
  type: RecordType,
): Promise<Answer> {
  const [, answer] = await firstOf(names, (name) => askRecords(questions, type, name));
  return answer;
}

/** @internal The official name behind a name, and the aliases on the way to it. */
export async function followAliases(
  questions: Questions,
  name: string,
): Promise<{ readonly name: string; readonly aliases: readonly string[] }> {
  const names = [name];
  while (names.length <= MAX_ALIASES) {
    let next: string | undefined;
    try {
      [next] = (await questions.ask('CNAME', names.at(-1) as string)).values;
    } catch (error) {
      if (questions.isCancelled) throw error;
    }
    if (next === undefined || names.includes(next)) break;
    names.push(next);
  }
  return { name: names.pop() as string, aliases: names };
}

/** @internal The name under which DNS has the names of an address. */
export function reverseName(address: string): string {
  const four = parseIPv4(address);
  if (four !== undefined) return `${[...four].reverse().join('.')}.in-addr.arpa`;
  const six = parseIPv6(address) ?? new Uint8Array(16);
  const digits = Array.from(Buffer.from(six).toString('hex'));
  return `${digits.reverse().join('.')}.ip6.arpa`;
}

async function askRecords(questions: Questions, type: RecordType, name: string): Promise<Answer> {
  const answer = await questions.ask(type, name);
  // An alias of a name without such records is an answer to c-ares, an empty one.
  if (answer.values.length === 0) throw new LookUpFailure('ENODATA', 'ENODATA');
  return answer;
}

async function askAddresses(
  questions: Questions,
  name: string,
  family: Family | 0,
): Promise<readonly string[]> {
  const answers = await NativePromise.allSettled(
    TYPES[family].map((type) => askRecords(questions, type, name)),
  );
  const addresses: string[] = [];
  const failures: unknown[] = [];
  for (const answer of answers) {
    if (answer.status === 'fulfilled') addresses.push(...answer.value.values);
    else failures.push(answer.reason);
  }
  if (addresses.length === 0 || questions.isCancelled) throw worst(failures, SEVERITY);
  return byFamily(addresses);
}

async function firstOf<T>(
  names: readonly string[],
  ask: (name: string) => Promise<T>,
): Promise<readonly [name: string, found: T]> {
  const failures: unknown[] = [];
  for (const name of names) {
    try {
      return [name, await ask(name)];
    } catch (error) {
      if (!GOES_ON.includes(nodeCode(error))) throw error;
      failures.push(error);
    }
  }
  throw worst(failures, ['ESERVFAIL', 'ENODATA', '']);
}

/** The failure that comes first in an order; '' there stands for those that are not named. */
function worst(failures: readonly unknown[], order: readonly string[]): unknown {
  const rank = (error: unknown): number => {
    const at = order.indexOf(nodeCode(error));
    return at === -1 ? order.indexOf('') : at;
  };
  const [first] = [...failures].sort((one, other) => rank(one) - rank(other));
  return first ?? new LookUpFailure('ECANCELLED', 'cancelled');
}
