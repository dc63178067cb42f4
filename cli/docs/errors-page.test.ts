import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { errorsPage } from './errors-page.js';

it('docs/errors.md lists every error code', () => {
  const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
  expect(page, 'write it anew: node deploy/docs.mjs').toBe(errorsPage());
});
