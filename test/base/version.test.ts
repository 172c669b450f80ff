import assert from 'node:assert/strict';
import { test } from 'node:test';
import { version } from '../../src/index.ts';
import { readText } from '../support/repository.ts';

test('version is that of package.json', () => {
  const manifest = JSON.parse(readText('package.json')) as { version: string };
  assert.equal(version, manifest.version);
});
