import { mkdtemp, rm } from 'node:fs/promises';
import { spawn } from 'node:child_process';
import os from 'node:os';
import path from 'node:path';
import { findFfmpeg } from '@sightline/ingest/ffmpeg/binary';
import { compareWindows, type DriftWindow } from '@sightline/runtime/store/drift-queries';
import { openEmbeddedStore } from '@sightline/runtime/store/embedded';
import { migrate } from '@sightline/runtime/store/migrate';
import type { Store } from '@sightline/runtime/store/store';
import type { Detector, FrameInput } from '@sightline/schemas';
import { createDriftSketcher } from '@sightline/workers/drift/create';
import type { Figure } from '../figures.js';

/**
 * `sightline eval drift`: how far a disturbed scene lies from its own past, against the undisturbed one, from pixels to SQL.
 *
 *     const rows = await evaluateDrift({ dataFolder: '../shared/data', detector });
 */
export const describeDrift = `Drift from pixels to SQL: MMD² between the first half of plaza.avi and its second half, undisturbed and
disturbed, and another scene, at one frame a second. "ratio" is against the undisturbed half.`;

/** What is done to the second half of plaza.avi, as filters of ffmpeg. */
export const driftCases = {
  undisturbed: 'null',
  darkened: 'lutrgb=r=val*0.5:g=val*0.5:b=val*0.5',
  blurred: 'gblur=sigma=3',
  shifted: 'split[a][b];[a]crop=iw*0.9:ih:iw*0.1:0[l];[b]crop=iw*0.1:ih:iw*0.9:0,hflip[r];[l][r]hstack',
} as const;
export const otherScene = 'another scene';

/** Clearly above: more than contiguous windows of one scene differ among themselves. */
const leastRatio = 3;
/** Decoders and processors round differently, and the undisturbed distance in the denominator is small. */
const noiseShare = 0.1;
const plaza = { file: 'clips/plaza.avi', size: [768, 576], halfSeconds: 39.75 } as const;
const traffic = { file: 'clips/traffic.mp4', size: [640, 360] } as const;
const second = 1_000_000;
const minute = 60 * second;
const start = 1_767_225_600 * second;

/** The frames' inputs of each case and of `reference`, one a second, at the detector's input size. */
export async function driftFootage(dataFolder: string, detector: Detector): Promise<Map<string, FrameInput[]>> {
  const file = path.join(dataFolder, plaza.file);
  const footage = new Map([['reference', await embed(detector, file, plaza.size, { to: plaza.halfSeconds })]]);
  for (const [name, filter] of Object.entries(driftCases)) footage.set(name, await embed(detector, file, plaza.size, { filter, from: plaza.halfSeconds }));
  return footage.set(otherScene, await embed(detector, path.join(dataFolder, traffic.file), traffic.size, {}));
}

/** Through the sketcher and into the table, each case as a camera, as the sink writes them. */
export async function storeFootage(store: Store, footage: ReadonlyMap<string, readonly FrameInput[]>): Promise<void> {
  for (const [camera, inputs] of footage) {
    const sketcher = createDriftSketcher();
    const end = { ...inputs.at(-1)!, capturedAt: start + 10 * minute };
    const rows = [...inputs, end].flatMap((input) => [...sketcher.step(input)]);
    await store.insert('drift', rows.map((row) => ({ ...row, minute: row.minute / second, camera })), { token: camera });
  }
}

/** MMD² between two cases, by SQL. */
export async function caseDistance(store: Store, a: string, b: string): Promise<number> {
  const all = (camera: string): DriftWindow => ({ cameras: [camera], from: start / second, to: (start + 10 * minute) / second });
  const [distance] = await compareWindows(store, all(a), all(b));
  return distance?.mmd2 ?? NaN;
}

export async function evaluateDrift({ dataFolder, detector }: { readonly dataFolder: string; readonly detector: Detector }): Promise<Figure[]> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'sightline-drift-'));
  const store = await openEmbeddedStore({ folder });
  try {
    await migrate(store);
    const footage = await driftFootage(dataFolder, detector);
    await storeFootage(store, footage);
    const undisturbed = await caseDistance(store, 'reference', 'undisturbed');
    const rows: Figure[] = [];
    for (const name of [...Object.keys(driftCases), otherScene]) {
      const mmd2 = await caseDistance(store, 'reference', name);
      rows.push({ case: `plaza ${name}`, metric: 'MMD²', value: mmd2, unit: '' });
      rows.push({ case: `plaza ${name}`, metric: 'ratio', value: mmd2 / undisturbed, unit: '', ...(name !== 'undisturbed' && { goal: leastRatio, noise: (noiseShare * mmd2) / undisturbed }) });
    }
    return rows;
  } finally {
    await store.close();
    await rm(folder, { recursive: true });
  }
}

async function embed(detector: Detector, file: string, [width, height]: readonly [number, number], { filter = 'null', from = 0, to }: { filter?: string; from?: number; to?: number }): Promise<FrameInput[]> {
  const size = detector.inputSize(width, height);
  const ffmpeg = await findFfmpeg();
  const args = ['-v', 'error', '-ss', String(from), ...(to === undefined ? [] : ['-t', String(to - from)]), '-i', `file:${file}`, '-filter_complex', `${filter},fps=1,scale=${size.width}:${size.height}`];
  const decoder = spawn(ffmpeg.path, [...args, '-f', 'rawvideo', '-pix_fmt', 'rgb24', 'pipe:1'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  for await (const chunk of decoder.stdout) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const length = size.width * size.height * 3;
  const inputs: FrameInput[] = [];
  for (let n = 0; (n + 1) * length <= bytes.length; n++) {
    const { embedding } = await detector.detect({ camera: 'eval', pixels: Uint8Array.from(bytes.subarray(n * length, (n + 1) * length)), ...size, embedding: true });
    inputs.push({
      ...{ camera: 'eval', epoch: 1, seq: n, capturedAt: start + n * second, recording: true, state: 'inferred', motion: [0, 0], dropped: {}, site: 'eval' },
      ...{ quality: { brightness: 128, contrast: 50, sharpness: 10, state: 'ok' }, model: detector.model.version, aspect: width / height, detections: [] },
      ...(embedding !== undefined && { embedding }),
    });
  }
  return inputs;
}
