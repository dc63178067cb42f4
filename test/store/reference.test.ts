import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { openEmbeddedStore } from '@sightline/runtime/store/embedded';
import { migrate } from '@sightline/runtime/store/migrate';
import { describeStore } from './reference.js';

const page = new URL('../../docs/store.md', import.meta.url);

it('docs/store.md says what the tables are, and every column says what it holds', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-reference-'));
  const store = await openEmbeddedStore({ folder });
  await migrate(store);
  const text = await describeStore(store);
  const silent = await store.query(`SELECT table, name FROM system.columns WHERE database = currentDatabase() AND comment = '' AND table NOT LIKE '%_view' AND table != 'model_versions'`);
  await store.close();
  rmSync(folder, { recursive: true, force: true });
  expect(silent).toEqual([]);
  if (process.env['UPDATE_DOCS'] === '1') writeFileSync(page, text);
  expect(readFileSync(page, 'utf8')).toBe(text);
});
