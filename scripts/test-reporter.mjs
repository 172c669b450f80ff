// What node:test reports, as one JSON line for each test at a leaf of the tree: { name, outcome, detail }.
// A group, or a test that is there for its subtests, counts only if it failed by itself.
import { inspect } from 'node:util';

/** @param {AsyncIterable<{ type: string, data: any }>} source */
export default async function* reporter(source) {
  /** @type {string[]} */
  const path = [];
  /** @type {boolean[]} */
  const hasChildren = [];
  for await (const { type, data } of source) {
    if (type === 'test:start') {
      path.length = data.nesting;
      path.push(data.name);
      hasChildren.length = data.nesting;
      hasChildren.push(false);
      if (data.nesting > 0) hasChildren[data.nesting - 1] = true;
    } else if (type === 'test:pass' || type === 'test:fail') {
      const name = [...path.slice(0, data.nesting), data.name].join(' > ');
      const parent = hasChildren[data.nesting] === true;
      const group = parent || data.details?.type === 'suite';
      if (type === 'test:fail') {
        const error = data.details?.error;
        if (group && error?.failureType === 'subtestsFailed') continue;
        // A test marked as todo may fail.
        const outcome = data.todo === undefined || data.todo === false ? 'fail' : 'skip';
        const cause = error?.cause ?? error;
        yield `${JSON.stringify({ name, outcome, detail: typeof cause === 'string' ? cause : inspect(cause) })}\n`;
      } else if (!group) {
        const skipped = data.skip !== undefined && data.skip !== false;
        yield `${JSON.stringify({ name, outcome: skipped ? 'skip' : 'pass', detail: '' })}\n`;
      }
    }
  }
}
