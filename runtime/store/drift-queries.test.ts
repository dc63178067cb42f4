import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compareWindows } from './drift-queries.js';
import { openEmbeddedStore, type EmbeddedStore } from './embedded.js';
import { migrate } from './migrate.js';

/** Drift in the real engine against the textbook: all pairs of frames, one kernel value each. */
const folder = mkdtempSync(path.join(tmpdir(), 'sightline-drift-'));
let store: EmbeddedStore;
const start = 1_700_000_040 - (1_700_000_040 % 60);
const quantum = 32_767;

beforeAll(async () => {
  store = await openEmbeddedStore({ folder });
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Unit vectors of length 8 that wander around a direction. */
function frames(count: number, towards: number, seed: number): number[][] {
  return Array.from({ length: count }, (_, i) => {
    const z = Array.from({ length: 8 }, (_, k) => Math.cos(towards + k) + 0.3 * Math.sin(seed + i * 1.7 + k * 2.3));
    const norm = Math.hypot(...z);
    return z.map((value) => value / norm);
  });
}

async function insert(camera: string, minute: number, zs: readonly number[][], changes: { bad?: number; version?: string } = {}): Promise<void> {
  const sums = Array.from({ length: 8 }, (_, k) => zs.reduce((sum, z) => sum + Math.round(quantum * z[k]!), 0));
  const row = { minute: start + minute * 60, camera, version: 'v1', n: zs.length, sums, brightness: 100, contrast: 40, sharpness: 9, bad: 0, ...changes };
  await store.insert('drift', [row], { token: `${camera}/${minute}/${row.version}/${row.bad}` });
}

/** The unbiased MMD² from all pairs. */
function direct(a: readonly number[][], b: readonly number[][]): number {
  const dot = (x: number[], y: number[]): number => x.reduce((sum, value, k) => sum + value * y[k]!, 0);
  const within = (zs: readonly number[][]): number => zs.reduce((sum, x, i) => sum + zs.reduce((inner, y, j) => (i === j ? inner : inner + dot(x, y)), 0), 0) / (zs.length * (zs.length - 1));
  const across = a.reduce((sum, x) => sum + b.reduce((inner, y) => inner + dot(x, y), 0), 0) / (a.length * b.length);
  return within(a) + within(b) - 2 * across;
}

const window = (cameras: string[], from: number, to: number): { cameras: string[]; from: number; to: number } => ({ cameras, from: start + from * 60, to: start + to * 60 });

describe('compareWindows', () => {
  const door = [frames(60, 0, 1), frames(55, 0, 2), frames(58, 0.4, 3)];
  const till = [frames(30, 1.2, 4)];
  beforeAll(async () => {
    for (const [minute, zs] of door.entries()) await insert('door', minute, zs);
    await insert('till', 0, till[0]!);
    await insert('door', 3, frames(60, 2, 5), { bad: 0.01 });
    await insert('door', 4, [], {});
    await insert('door', 5, frames(60, 2, 6), { version: 'v2' });
  });

  it.each([
    ['a camera with its own past', window(['door'], 0, 2), window(['door'], 2, 3), () => direct([...door[0]!, ...door[1]!], door[2]!)],
    ['two cameras', window(['door'], 0, 1), window(['till'], 0, 1), () => direct(door[0]!, till[0]!)],
    ['sets of cameras', window(['door', 'till'], 0, 1), window(['door'], 1, 3), () => direct([...door[0]!, ...till[0]!], [...door[1]!, ...door[2]!])],
    ['minutes with bad pictures and without frames left out', window(['door'], 0, 2), window(['door'], 2, 5), () => direct([...door[0]!, ...door[1]!], door[2]!)],
  ])('compares %s', async (_, a, b, expected) => {
    const [distance, ...more] = await compareWindows(store, a, b);
    expect(more).toEqual([]);
    expect(distance!.version).toBe('v1');
    expect(Math.abs(distance!.mmd2 - expected())).toBeLessThan(1e-4);
  });

  it('never compares rows of different versions', async () => {
    expect(await compareWindows(store, window(['door'], 0, 3), window(['door'], 5, 6))).toEqual([]);
  });

  it('has no answer for a window without frames, or with one', async () => {
    await insert('lone', 0, frames(1, 0, 1));
    expect(await compareWindows(store, window(['door'], 0, 2), window(['nobody'], 0, 2))).toEqual([]);
    expect(await compareWindows(store, window(['door'], 0, 2), window(['lone'], 0, 2))).toEqual([]);
  });
});
