import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Detection, Detector, Polygon } from '@sightline/schemas';

/**
 * What a detector sees on a clip, frame by frame: made once, kept in a folder, so that tracker and zones can be judged
 * again in seconds.
 *
 *     const footage = await seeFootage({ clip, frames, aspect, detector, cache: 'data/eval' });
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

/** One picture at the detector's input size. */
export interface ClipFrame {
  readonly at: number;
  /** rgb24. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
}

export interface SeeFootage {
  /** Names the clip and whatever was done to its pixels. */
  readonly clip: string;
  readonly aspect: number;
  /** Called only when the cache does not have it. */
  readonly frames: () => AsyncIterable<ClipFrame>;
  readonly detector: Detector;
  readonly facings?: Readonly<Record<string, Polygon>>;
  readonly appearance: boolean;
  /** Folder of what was seen before. */
  readonly cache: string;
}

/** Format of the cached files: another one is not read. */
const version = 1;

export async function seeFootage({ clip, aspect, frames, detector, facings, appearance, cache }: SeeFootage): Promise<Footage> {
  const key = createHash('sha256').update(JSON.stringify([version, clip, detector.model.version, facings ?? null, appearance])).digest('hex').slice(0, 16);
  const file = path.join(cache, `${clip.replaceAll(/[^\w.-]+/g, '-')}-${key}.json`);
  const kept = await readFile(file, 'utf8').catch(() => null);
  if (kept !== null) return JSON.parse(kept) as Footage;
  const seen: SeenFrame[] = [];
  for await (const { at, pixels, width, height } of frames()) {
    const { detections, facings: features } = await detector.detect({ camera: clip, pixels, width, height, appearance, ...(facings && { facings }) });
    seen.push({ at, detections, ...(features && { facings: features }) });
  }
  const footage: Footage = { clip, model: detector.model.version, aspect, frames: seen };
  await mkdir(cache, { recursive: true });
  await writeFile(`${file}.part`, JSON.stringify(footage));
  await rename(`${file}.part`, file);
  return footage;
}
