// Reads the JUnit XML that Bun and Deno write. Only the tests at the leaves are answered: a group, or a test
// that is there for its subtests, is not a test of its own unless it failed by itself.

/** @typedef {{ name: string, outcome: 'pass' | 'fail' | 'skip', detail: string }} TestResult */

/** @param {string} text */
function unescapeXml(text) {
  return text
    .replace(/&#x([0-9a-f]+);/gi, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
    .replace(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&apos;/g, "'")
    .replace(/&amp;/g, '&');
}

/**
 * @param {string} xml
 * @returns {TestResult[]}
 */
export function readJunit(xml) {
  /** @type {string[]} */
  const suites = [];
  /** @type {TestResult[]} */
  const results = [];
  /** @type {TestResult | undefined} */
  let current;
  let inCase = false;
  const tag = /<(\/?)([a-z]+)((?:\s+[\w:-]+="[^"]*")*)\s*(\/?)>([^<]*)/g;
  for (const [, closing, element, attributes = '', selfClosing, text = ''] of xml.matchAll(tag)) {
    const attribute = (/** @type {string} */ key) => {
      const match = new RegExp(`\\s${key}="([^"]*)"`).exec(attributes);
      return match ? unescapeXml(match[1] ?? '') : '';
    };
    if (element === 'testsuite') {
      if (closing) suites.pop();
      else if (!selfClosing) suites.push(attribute('name'));
    } else if (element === 'testcase') {
      if (closing) {
        inCase = false;
      } else {
        // The outermost suite is the file; groups nest inside it (Bun) or are spelled in the name (Deno).
        current = {
          name: [...suites.slice(1), attribute('name')].join(' > '),
          outcome: 'pass',
          detail: '',
        };
        results.push(current);
        inCase = !selfClosing;
      }
    } else if (inCase && current && !closing) {
      if (element === 'skipped') current.outcome = 'skip';
      if (element === 'failure' || element === 'error') {
        current.outcome = 'fail';
        current.detail = unescapeXml(text).trim() || attribute('message');
      }
    }
  }
  return results.filter((result) => {
    const isParent = results.some((other) => other.name.startsWith(`${result.name} > `));
    const failedItself = result.outcome === 'fail' && !/^\d+ test steps? failed\.?$/.test(result.detail);
    return !isParent || failedItself;
  });
}
