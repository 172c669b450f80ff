/** The greenlets that are alive, as a table, as a tree, and one by one: what a console offers. */
import { checkInteger, type ErrorClass } from '../base/check.ts';
import { inspectAsText } from '../base/format.ts';
import { getHub } from '../core/hub.ts';
import { mainGreenlet } from '../core/main-greenlet.ts';
import type { RawGreenlet } from '../core/raw-greenlet.ts';
import { kill } from '../core/spawn.ts';
import type { Waiter } from '../core/waiter.ts';

/** Text that a console shows as it is, without quotes. */
export class PlainText {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}
inspectAsText(PlainText);

/** Every greenlet that is alive, by its id (`minimalIdent`), in start order. */
export function greenlets(): Map<number, RawGreenlet> {
  return new Map(
    getHub()
      .greenlets()
      .map((greenlet) => [greenlet.minimalIdent, greenlet]),
  );
}

/** Who spawned whom, with the ids, and what each waits for. */
export function tree(): PlainText {
  const alive = getHub().greenlets();
  const known = new Set(alive);
  const children = new Map<RawGreenlet, RawGreenlet[]>();
  for (const greenlet of alive) {
    const { spawningGreenlet } = greenlet;
    const parent =
      spawningGreenlet !== undefined && known.has(spawningGreenlet) ? spawningGreenlet : mainGreenlet;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [greenlet]);
    else siblings.push(greenlet);
  }
  const lines = [`main${waitsOf(mainGreenlet)}`];
  // With a stack of its own: a chain of greenlets may be longer than the stack of calls.
  const stack = branches(children, mainGreenlet, '');
  for (let branch = stack.pop(); branch !== undefined; branch = stack.pop()) {
    const { greenlet, indent, isLast } = branch;
    lines.push(
      `${indent}${isLast ? '└── ' : '├── '}${greenlet.minimalIdent} ${String(greenlet)}${waitsOf(greenlet)}`,
    );
    stack.push(...branches(children, greenlet, `${indent}${isLast ? '    ' : '│   '}`));
  }
  return new PlainText(lines.join('\n'));
}

interface Branch {
  readonly greenlet: RawGreenlet;
  readonly indent: string;
  readonly isLast: boolean;
}

/** The last comes first. */
function branches(
  children: ReadonlyMap<RawGreenlet, readonly RawGreenlet[]>,
  parent: RawGreenlet,
  indent: string,
): Branch[] {
  const list = children.get(parent) ?? [];
  return list.map((greenlet, index) => ({ greenlet, indent, isLast: index === list.length - 1 })).reverse();
}

function waitsOf(greenlet: RawGreenlet): string {
  const waits = [...greenlet.parkedWaits()].map((wait) => (wait as Waiter).describe());
  if (waits.length > 0) return ` waits in ${waits.join(', ')}`;
  return greenlet === mainGreenlet ? '' : ` ${greenlet.lifeState}`;
}

/**
 * Kills the greenlet with this id, without waiting for its end. Answers whether there was one.
 *
 * @param exception what is raised in it; by default what ends it silently
 */
export function killById(id: number, exception?: Error | ErrorClass): boolean {
  checkInteger(id, 'kill(id)', 0);
  const greenlet = greenlets().get(id);
  if (greenlet === undefined) return false;
  kill(greenlet, exception);
  return true;
}
