import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openEmbeddedStore, type EmbeddedStore } from '@sightline/runtime/store/embedded';
import { migrate } from '@sightline/runtime/store/migrate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findHeat } from './heat.js';

const folder = mkdtempSync(path.join(tmpdir(), 'sightline-heat-'));
const noon = Date.UTC(2026, 2, 10, 12) / 1000;
let store: EmbeddedStore;

beforeAll(async () => {
  store = await openEmbeddedStore({ folder });
  await migrate(store);
  const cell = (minute: number, fields: object) => ({ minute: noon + 60 * minute, camera: 'hall', class: 'person', cell: 65, ms: 1500, dx: 6553, dy: -65_535, ...fields });
  await store.insert('presence_1m', [cell(0, {}), cell(1, {}), cell(1, { class: 'car', dx: 0, dy: 0 }), cell(2, {}), cell(0, { camera: 'door' }), cell(0, { cell: 2303, ms: 250, dx: 0, dy: 0 })], { token: 'cells' });
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('heat', () => {
  it('sums whole minutes of one camera, of all classes or of one', async () => {
    const heat = await findHeat(store, 'hall', noon, noon + 120);
    expect([heat.columns, heat.rows, heat.seconds.length]).toEqual([64, 36, 2304]);
    expect([heat.seconds[65], heat.seconds[2303], heat.seconds.reduce((sum, s) => sum + s, 0)]).toEqual([4.5, 0.25, 4.75]);
    expect(heat.dy[65]).toBeCloseTo(-2 / 4.5, 6);
    const people = await findHeat(store, 'hall', noon, noon + 120, 'person');
    expect([people.seconds[65], people.dx[65]]).toEqual([3, expect.closeTo((2 * 6553) / 65_535 / 3, 6)]);
  });
});
