import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Detection, Detector, Polygon } from '@sightline/schemas';
import { readVideo } from '../read-video.js';
import { see } from '../see.js';

/**
 * What a detector sees on a clip, frame by frame, through the real path: made once, kept in a folder, so that tracker and
 * zones can be judged again in seconds.
 *
 *     const footage = await seeFootage({ clip: 'traffic', file: 'clips/traffic.mp4', detector, cache: '.sightline/eval' });
 */
export interface Footage {
  readonly clip: string;
  /** Version of the model that saw it. */
  readonly model: string;
  /** width / height of the source. */
  readonly aspect: number;
  readonly frames: readonly SeenFrame[];
}

export interface SeenFrame {
  /** Seconds since the first frame. */
  readonly at: number;
  readonly detections: readonly Detection[];
  readonly facings?: Readonly<Record<string, string>>;
}

export interface SeeFootage {
  /** Names the clip and whatever was done to its pixels. */
  readonly clip: string;
  readonly file: string;
  readonly detector: Detector;
  readonly facings?: Readonly<Record<string, Polygon>>;
  /** Folder of what was seen before. */
  readonly cache: string;
}

/** Format of the cached files: another one is not read. */
const version = 2;
/** More than any clip has: every frame is wanted. */
const everyFrame = 120;
const second = 1_000_000;

export async function seeFootage({ clip, file, detector, facings, cache }: SeeFootage): Promise<Footage> {
  const key = createHash('sha256').update(JSON.stringify([version, path.resolve(file), detector.model.version, facings ?? null])).digest('hex').slice(0, 16);
  const kept = path.join(cache, `${clip.replaceAll(/[^\w.-]+/g, '-')}-${detector.model.name}-${key}.json`);
  const text = await readFile(kept, 'utf8').catch(() => null);
  if (text !== null) return JSON.parse(text) as Footage;
  const frames: SeenFrame[] = [];
  let first: number | null = null;
  let aspect = 1;
  const inputs = see(readVideo(file, { fps: everyFrame, size: (width, height) => detector.inputSize(width, height) }), detector, { appearance: true, ...(facings && { facings }) });
  for await (const input of inputs) {
    first ??= input.capturedAt;
    aspect = input.aspect;
    frames.push({ at: (input.capturedAt - first) / second, detections: input.detections, ...(input.facings && { facings: input.facings }) });
  }
  const footage: Footage = { clip, model: detector.model.version, aspect, frames };
  await mkdir(cache, { recursive: true });
  const unfinished = `${kept}.${process.pid}.part`;
  await writeFile(unfinished, JSON.stringify(footage));
  await rename(unfinished, kept);
  return footage;
}
