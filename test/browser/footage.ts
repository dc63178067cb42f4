import { findFfmpeg } from '@sightline/ingest/ffmpeg/binary';
import type { Detection } from '@sightline/schemas';
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** Footage of the shared data folder as raw frames, and the ground truth of `plaza.avi` as what a perfect detector would see. */
export interface Footage {
  readonly width: number;
  readonly height: number;
  /** Source size over analysis size is of no interest here; the aspect is. */
  readonly frames: readonly Uint8Array[];
  readonly detections: readonly (readonly Detection[])[];
}

/** This file runs as source in tests, and built when the site is served to a person. */
export const repository = new URL(import.meta.url.includes('/dist/') ? '../../../' : '../../', import.meta.url);
export const dataFolder = path.resolve(process.env['SIGHTLINE_DATA'] ?? fileURLToPath(new URL('../shared/data', repository)));
const plazaSize = { width: 768, height: 576 };

export async function loadFootage(clip: string, width: number, height: number, count: number, fps: number): Promise<Footage> {
  const file = path.join(dataFolder, 'clips', clip);
  if (!existsSync(file)) throw new Error(`the footage ${file} is missing: put the shared data folder beside the repository or set SIGHTLINE_DATA`);
  const frames = await decode(file, width, height, count, fps);
  const detections = clip === 'plaza.avi' ? await plazaTruth(frames.length) : frames.map(() => []);
  return { width, height, frames, detections };
}

async function decode(file: string, width: number, height: number, count: number, fps: number): Promise<Uint8Array[]> {
  const { path: ffmpeg } = await findFfmpeg();
  const child = spawn(ffmpeg, ['-v', 'error', '-threads', '1', '-i', file, '-vf', `fps=${fps},scale=${width}:${height}`, '-frames:v', String(count), '-f', 'rawvideo', '-pix_fmt', 'rgb24', '-'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const chunks: Buffer[] = [];
  for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
  const all = Buffer.concat(chunks);
  const size = width * height * 3;
  return Array.from({ length: Math.floor(all.length / size) }, (_, i) => new Uint8Array(all.subarray(i * size, (i + 1) * size)));
}

async function plazaTruth(count: number): Promise<Detection[][]> {
  const frames: Detection[][] = Array.from({ length: count }, () => []);
  for (const line of (await readFile(path.join(dataFolder, 'mot/PETS09-S2L1/gt.txt'), 'utf8')).split('\n')) {
    const [frame, , x, y, w, h] = line.split(',').map(Number);
    if (frame === undefined || h === undefined) continue;
    frames[frame - 1]?.push({ cls: 'person', score: 0.9, x: x! / plazaSize.width, y: y! / plazaSize.height, w: w! / plazaSize.width, h: h / plazaSize.height });
  }
  return frames;
}
