import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDetector } from '@sightline/models/inference/detector';
import { openEmbeddedStore, type EmbeddedStore } from '@sightline/runtime/store/embedded';
import { migrate } from '@sightline/runtime/store/migrate';
import type { Detector } from '@sightline/schemas';
import { driftWidth } from '@sightline/workers/drift/create';
import { decodeEmbedding, standardise } from '@sightline/workers/drift/embedding';
import { createFourierFeatures } from '@sightline/workers/drift/fourier';
import { caseDistance, driftCases, driftFootage, otherScene, storeFootage } from 'sightline/eval/drift';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Drift from pixels to SQL: real footage, the default model, the real engine; held against all pairs of raw features. */
const data = process.env['SIGHTLINE_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), 'drift-'));
const cases = [...Object.keys(driftCases), otherScene];

let detector: Detector;
let store: EmbeddedStore;
let features = new Map<string, Float64Array[]>();

const inSql = (a: string, b: string): Promise<number> => caseDistance(store, a, b);

type Kernel = (x: Float64Array, y: Float64Array) => number;

/** The unbiased MMD² over all pairs of frames. */
function direct(a: string, b: string, kernel: Kernel): number {
  const [xs, ys] = [features.get(a)!, features.get(b)!];
  const within = (zs: readonly Float64Array[]): number => zs.reduce((sum, x, i) => sum + zs.reduce((inner, y, j) => (i === j ? inner : inner + kernel(x, y)), 0), 0) / (zs.length * (zs.length - 1));
  const across = xs.reduce((sum, x) => sum + ys.reduce((inner, y) => inner + kernel(x, y), 0), 0) / (xs.length * ys.length);
  return within(xs) + within(ys) - 2 * across;
}

/** The kernel that the sketch stands for, and the one that it computes with, in doubles and without sums. */
const widthOf = (channels: number): number => driftWidth * Math.sqrt(channels);
const gaussian: Kernel = (x, y) => Math.exp(-x.reduce((sum, value, i) => sum + (value - y[i]!) ** 2, 0) / (2 * widthOf(x.length) ** 2));
const sketched: Kernel = (x, y) => {
  const fourier = createFourierFeatures({ channels: x.length, width: widthOf(x.length) });
  const zx = Float64Array.from(fourier.of(x));
  return fourier.of(y).reduce((sum, value, i) => sum + value * zx[i]!, 0);
};

beforeAll(async () => {
  if (!existsSync(path.join(data, 'clips/plaza.avi'))) throw new Error(`there is no footage in ${data}: set SIGHTLINE_DATA`);
  detector = await openDetector({ folder: path.join(folder, 'models'), threads: 1 });
  store = await openEmbeddedStore({ folder: path.join(folder, 'store') });
  await migrate(store);
  const footage = await driftFootage(data, detector);
  features = new Map([...footage].map(([name, inputs]) => [name, inputs.map(({ embedding }) => standardise(decodeEmbedding(embedding!)!)!)]));
  await storeFootage(store, footage);
});
afterAll(async () => {
  await detector?.close();
  await store?.close();
  rmSync(folder, { recursive: true });
});

describe('drift on real footage', () => {
  test.each(cases)('SQL agrees with all pairs of raw features to 1e-3: %s', async (name) => {
    expect(Math.abs((await inSql('reference', name)) - direct('reference', name, sketched))).toBeLessThan(1e-3);
  });

  test.each(cases)('128 frequencies stand for the Gaussian kernel itself to 3 %% of the distance: %s', async (name) => {
    const exact = direct('reference', name, gaussian);
    expect(Math.abs((await inSql('reference', name)) - exact)).toBeLessThan(Math.max(1e-3, 0.03 * exact));
  });

  test('the query in docs/drift.md gives the same', async () => {
    const page = readFileSync(new URL('../../docs/drift.md', import.meta.url), 'utf8');
    const sql = /```sql\n([\s\S]*?)```/.exec(page)![1]!;
    const [from, to] = [1_767_225_600, 1_767_226_200];
    const [row] = await store.query<{ mmd2: number }>(sql, { cameraA: 'reference', fromA: from, toA: to, cameraB: 'shifted', fromB: from, toB: to });
    expect(row!.mmd2).toBeCloseTo(await inSql('reference', 'shifted'), 9);
  });

  test('a darkened, a blurred, a shifted and another scene lie clearly above the undisturbed one', async () => {
    const undisturbed = await inSql('reference', 'undisturbed');
    const disturbed = await Promise.all(['darkened', 'blurred', 'shifted', otherScene].map((name) => inSql('reference', name)));
    for (const distance of disturbed) expect(distance).toBeGreaterThan(3 * undisturbed);
    const [darkened, blurred, shifted, another] = disturbed;
    expect(another).toBeGreaterThan(Math.max(darkened!, blurred!, shifted!));
  });
});
