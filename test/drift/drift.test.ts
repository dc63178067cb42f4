import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findFfmpeg } from '@sightline/ingest/ffmpeg/binary';
import { openDetector } from '@sightline/models/inference/detector';
import { compareWindows, type DriftWindow } from '@sightline/runtime/store/drift-queries';
import { openEmbeddedStore, type EmbeddedStore } from '@sightline/runtime/store/embedded';
import { migrate } from '@sightline/runtime/store/migrate';
import type { Detector, FrameInput } from '@sightline/schemas';
import { createDriftSketcher, driftWidth } from '@sightline/workers/drift/create';
import { decodeEmbedding, standardise } from '@sightline/workers/drift/embedding';
import { createFourierFeatures } from '@sightline/workers/drift/fourier';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** Drift from pixels to SQL: real footage, the default model, the real engine; held against all pairs of raw features. */
const data = process.env['SIGHTLINE_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const folder = mkdtempSync(path.join(os.tmpdir(), 'drift-'));
const second = 1_000_000;
const minute = 60 * second;
const start = 1_767_225_600 * second;

/** What is done to the second half of plaza.avi. */
const disturbances = {
  undisturbed: 'null',
  darkened: 'lutrgb=r=val*0.5:g=val*0.5:b=val*0.5',
  blurred: 'gblur=sigma=3',
  shifted: 'split[a][b];[a]crop=iw*0.9:ih:iw*0.1:0[l];[b]crop=iw*0.1:ih:iw*0.9:0,hflip[r];[l][r]hstack',
} as const;

let detector: Detector;
let store: EmbeddedStore;
const features = new Map<string, Float64Array[]>();

/** One frame a second, as in the product, at the detector's input size. */
async function embed(clip: string, filter: string, [width, height]: readonly [number, number], from = 0): Promise<FrameInput[]> {
  const size = detector.inputSize(width, height);
  const ffmpeg = await findFfmpeg();
  const args = ['-v', 'error', '-ss', String(from), '-i', path.join(data, 'clips', clip), '-filter_complex', `${filter},fps=1,scale=${size.width}:${size.height}`, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'];
  const chunks: Buffer[] = [];
  const process = spawn(ffmpeg.path, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const chunk of process.stdout) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const length = size.width * size.height * 3;
  const inputs: FrameInput[] = [];
  for (let n = 0; (n + 1) * length <= bytes.length; n++) {
    const { embedding } = await detector.detect({ camera: clip, pixels: Uint8Array.from(bytes.subarray(n * length, (n + 1) * length)), ...size, embedding: true });
    inputs.push({
      camera: clip,
      epoch: 1,
      seq: n,
      capturedAt: start + n * second,
      recording: true,
      state: 'inferred',
      quality: { brightness: 100, contrast: 40, sharpness: 9, state: 'ok' },
      motion: [0, 0],
      dropped: {},
      site: 'test',
      model: detector.model.version,
      aspect: width / height,
      detections: [],
      ...(embedding !== undefined && { embedding }),
    });
  }
  return inputs;
}

/** Through the sketcher and into the table, as the sink writes it. */
async function keep(camera: string, inputs: readonly FrameInput[]): Promise<void> {
  features.set(camera, inputs.map(({ embedding }) => standardise(decodeEmbedding(embedding!)!)!));
  const sketcher = createDriftSketcher();
  const end = { ...inputs.at(-1)!, capturedAt: start + 10 * minute };
  const rows = [...inputs, end].flatMap((input) => [...sketcher.step(input)]);
  await store.insert('drift', rows.map((row) => ({ ...row, minute: row.minute / second, camera })), { token: camera });
}

const all = (camera: string): DriftWindow => ({ cameras: [camera], from: start / second, to: start / second + 600 });

async function inSql(a: string, b: string): Promise<number> {
  const [distance] = await compareWindows(store, all(a), all(b));
  return distance!.mmd2;
}

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
  const plaza = [768, 576] as const;
  const half = 39.75;
  await keep('reference', (await embed('plaza.avi', 'null', plaza)).slice(0, 39));
  for (const [name, filter] of Object.entries(disturbances)) await keep(name, await embed('plaza.avi', filter, plaza, half));
  await keep('another scene', await embed('traffic.mp4', 'null', [640, 360]));
});
afterAll(async () => {
  await detector?.close();
  await store?.close();
  rmSync(folder, { recursive: true });
});

describe('drift on real footage', () => {
  test.each([...Object.keys(disturbances), 'another scene'])('SQL agrees with all pairs of raw features to 1e-3: %s', async (name) => {
    expect(Math.abs((await inSql('reference', name)) - direct('reference', name, sketched))).toBeLessThan(1e-3);
  });

  test.each([...Object.keys(disturbances), 'another scene'])('128 frequencies stand for the Gaussian kernel itself to 3 %% of the distance: %s', async (name) => {
    const exact = direct('reference', name, gaussian);
    expect(Math.abs((await inSql('reference', name)) - exact)).toBeLessThan(Math.max(1e-3, 0.03 * exact));
  });

  test('the query in docs/drift.md gives the same', async () => {
    const page = readFileSync(new URL('../../docs/drift.md', import.meta.url), 'utf8');
    const sql = /```sql\n([\s\S]*?)```/.exec(page)![1]!;
    const [from, to] = [start / second, start / second + 600];
    const [row] = await store.query<{ mmd2: number }>(sql, { cameraA: 'reference', fromA: from, toA: to, cameraB: 'shifted', fromB: from, toB: to });
    expect(row!.mmd2).toBeCloseTo(await inSql('reference', 'shifted'), 9);
  });

  test('a darkened, a blurred, a shifted and another scene lie clearly above the undisturbed one', async () => {
    const undisturbed = await inSql('reference', 'undisturbed');
    const disturbed = await Promise.all(['darkened', 'blurred', 'shifted', 'another scene'].map((name) => inSql('reference', name)));
    for (const distance of disturbed) expect(distance).toBeGreaterThan(3 * undisturbed);
    const [darkened, blurred, shifted, another] = disturbed;
    expect(another).toBeGreaterThan(Math.max(darkened!, blurred!, shifted!));
  });
});
