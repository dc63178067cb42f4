import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { siteJsonSchema } from './json-schema.js';

it('the schema that editors read is the one that the program checks by', () => {
  const file = readFileSync(new URL('./site.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(file), 'write it anew: npm run sightline -- check --schema > schemas/site.schema.json').toEqual(siteJsonSchema());
});
