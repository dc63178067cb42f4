import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { conformalThreshold, daysNeeded, driftScore } from './drift-score.js';
import { openEmbeddedStore, type EmbeddedStore } from './embedded.js';
import { migrate } from './migrate.js';

const folder = mkdtempSync(path.join(tmpdir(), 'sightline-drift-score-'));
let store: EmbeddedStore;
const timezone = 'Europe/Berlin';
const day = 86_400;
/** 2026-03-01 00:00 in Berlin; the clocks go forward on 29 March. */
const start = Date.UTC(2026, 1, 28, 23) / 1000;
const quantum = 32_767;
const slotsADay = 24;

beforeAll(async () => {
  store = await openEmbeddedStore({ folder });
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Seeded, so that a failing test fails again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}

/** A camera's days: an hour's light turns the embedding, each day differs a little, `shift` moves all of a day. */
async function seeDays(camera: string, count: number, shiftOf: (dayIndex: number) => number, version = 'v1', from = 0): Promise<void> {
  const rows = Array.from({ length: count }, (_, d) => {
    const noise = random(d + 1 + from);
    return Array.from({ length: slotsADay }, (_, hour) => {
      const angle = hour / 10 + 0.1 * (noise() - 0.5) + shiftOf(d);
      const z = Array.from({ length: 8 }, (_, k) => Math.cos(angle + k) / 2);
      // The embeddings of one slot are spread: the mean of unit vectors is shorter than 1.
      const n = 300;
      return { minute: start + (d + from) * day + hour * 3600 + 600, camera, version, n, sums: z.map((value) => Math.round(quantum * n * 0.98 * value)), brightness: 100, contrast: 40, sharpness: 9, bad: 0 };
    });
  });
  await store.insert('drift', rows.flat(), { token: `${camera}/${version}/${from}` });
}

describe('driftScore', () => {
  beforeAll(() => seeDays('door', 30, (d) => (d === 29 ? 0.5 : 0)));

  it('stays uncalibrated until enough days are seen, and says how many', async () => {
    const score = await driftScore(store, { camera: 'door', until: start + 10 * day - 60, timezone });
    expect(score).toMatchObject({ state: 'uncalibrated', threshold: null, days: 9, daysNeeded: 19 });
    expect(score.score).not.toBeNull();
    expect(score.slots).toHaveLength(slotsADay);
  });

  it('finds an undisturbed day ok and a shifted one drifted', async () => {
    const ordinary = [24, 25, 26, 27].map((d) => driftScore(store, { camera: 'door', until: start + (d + 1) * day - 60 - (d >= 28 ? 3600 : 0), timezone }));
    expect((await Promise.all(ordinary)).map(({ state }) => state).filter((state) => state === 'ok').length).toBeGreaterThanOrEqual(3);
    const shifted = await driftScore(store, { camera: 'door', until: start + 30 * day - 3600 - 60, timezone });
    expect(shifted.state).toBe('drifted');
    expect(shifted.score!).toBeGreaterThan(3 * shifted.threshold!);
  });

  it('judges a day that has only begun by the slots it has', async () => {
    const score = await driftScore(store, { camera: 'door', until: start + 25 * day + 6 * 3600, timezone });
    expect(score.slots).toHaveLength(6);
    expect(score.days).toBe(25);
  });

  it('begins anew with another version', async () => {
    await seeDays('lift', 25, () => 0);
    await seeDays('lift', 3, () => 0, 'v2', 25);
    const score = await driftScore(store, { camera: 'lift', until: start + 28 * day - 60, timezone });
    expect(score).toMatchObject({ state: 'uncalibrated', days: 2 });
  });

  it('knows nothing about a camera that was not seen today', async () => {
    expect(await driftScore(store, { camera: 'door', until: start + 40 * day, timezone })).toMatchObject({ state: 'unknown', score: null });
    expect(await driftScore(store, { camera: 'nobody', until: start + day, timezone })).toMatchObject({ state: 'unknown', days: 0 });
  });
});

test('an undisturbed value goes beyond the conformal threshold in at most one of twenty cases', () => {
  const next = random(7);
  const trials = 4000;
  let beyond = 0;
  for (let trial = 0; trial < trials; trial++) {
    const values = Array.from({ length: 30 }, next);
    if (next() > conformalThreshold(values)!) beyond += 1;
  }
  expect(beyond / trials).toBeLessThan(0.06);
  expect(conformalThreshold(Array.from({ length: daysNeeded - 1 }, next))).toBeNull();
  expect(conformalThreshold(Array.from({ length: daysNeeded }, next))).not.toBeNull();
});
