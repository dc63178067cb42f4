import { openEmbeddedStore } from '@sightline/runtime/store/embedded';
import { migrate } from '@sightline/runtime/store/migrate';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { findSizes } from './sizes.js';

it('knows how small objects are at each height of the picture, and nothing where none were', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'sightline-sizes-'));
  const store = await openEmbeddedStore({ folder });
  try {
    await migrate(store);
    const began = Date.now() / 1000 - 3600;
    // Far ones at the top are small, near ones at the bottom tall; one at 0.45 is alone there.
    const row = (i: number, y: readonly number[], height: number): object => ({ began: (began + i).toFixed(6), ended: (began + i + 5).toFixed(6), camera: 'door', id: `t${i}`, class: 'person', height, max_score: 0.9, path_ms: y.map((_, j) => j * 1000), path_x: y.map(() => 30_000), path_y: y.map((v) => Math.round(v * 65_535)) });
    const rows = [...Array.from({ length: 10 }, (_, i) => row(i, [0.01, 0.05], 0.1)), ...Array.from({ length: 10 }, (_, i) => row(20 + i, [0.95, 0.99, 0.97], 0.4)), row(40, [0.45], 0.2)];
    await store.insert('tracks', rows, { token: 'sizes' });
    const { heights } = await findSizes(store, 'door');
    expect(heights).toHaveLength(12);
    expect(heights[0]).toBeCloseTo(0.1, 3);
    expect(heights[11]).toBeCloseTo(0.4, 3);
    expect(heights.slice(1, 11)).toEqual(Array.from({ length: 10 }, () => null));
    expect((await findSizes(store, 'nowhere')).heights.every((height) => height === null)).toBe(true);
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
});
