import { encodeJpeg } from '@sightline/runtime/jpeg';
import type { Detection, Detector } from '@sightline/schemas';
import { decodeJpeg } from '@sightline/workers/run/decode-jpeg';
import { simulatedHeader } from '@sightline/workers/run/simulated-detector';
import path from 'node:path';
import { detectionAccuracy, type DetectionImage } from '../eval/metrics/detection.js';
import { readMot } from '../eval/metrics/mot.js';
import type { Figure } from '../figures.js';
import { readVideo } from '../read-video.js';

/**
 * `sightline bench jpeg`: what JPEG costs in detections and saves in bytes, by quality, at each model's own analysis size.
 * On plaza.avi against every pedestrian of its ground truth; on traffic and counter against what the same model sees in
 * the frames before they were compressed.
 */
export interface BenchJpegOptions {
  readonly dataFolder: string;
  readonly models: readonly string[];
  readonly open: (model: string) => Promise<Detector>;
  readonly progress?: (what: string) => void;
}

export const describeBenchJpeg = `Detections and bytes by quality of the JPEG that carries a frame through Kafka. AP50: average precision at IoU .5, people
of plaza.avi against ground truth. Agreement: AP50 of traffic.mp4 and counter.mp4 with what the model sees in the uncompressed frames as truth.`;

const qualities = [95, 90, 85, 80, 75, 65, 50] as const;
/** Frames far enough apart to differ: a hundred or so of each clip say as much as all. */
const clips = [
  { name: 'plaza', file: 'clips/plaza.avi', fps: 2, people: true },
  { name: 'traffic', file: 'clips/traffic.mp4', fps: 3, people: false },
  { name: 'counter', file: 'clips/counter.mp4', fps: 0.4, people: false },
] as const;
/** plaza.avi, as its ground truth counts it. */
const plaza = { fps: 10, width: 768, height: 576, truth: 'mot/PETS09-S2L1/gt.txt' };

interface Frame {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly truth: DetectionImage['truth'];
}

export async function benchJpeg({ dataFolder, models, open, progress }: BenchJpegOptions): Promise<Figure[]> {
  const rows: Figure[] = [];
  for (const model of models) {
    const detector = await open(model);
    try {
      const frames = new Map<string, Frame[]>();
      for (const clip of clips) frames.set(clip.name, await framesOf(clip, dataFolder, detector));
      for (const quality of [null, ...qualities]) {
        rows.push(...(await judge(detector, frames, quality)));
        progress?.(`${model}, ${quality ?? 'uncompressed'}`);
      }
    } finally {
      await detector.close();
    }
  }
  return rows;
}

async function judge(detector: Detector, frames: ReadonlyMap<string, readonly Frame[]>, quality: number | null): Promise<Figure[]> {
  const name = `${detector.model.name}, ${quality === null ? 'uncompressed' : `quality ${quality}`}`;
  const row = (metric: string, value: number, unit: string, better: 'higher' | 'lower' = 'higher'): Figure => ({ case: name, metric, value, unit, better });
  const rows: Figure[] = [];
  const sizes: Figure[] = [];
  for (const [clip, all] of frames) {
    const images: DetectionImage[] = [];
    let bytes = 0;
    for (const frame of all) {
      const carried = quality === null ? frame.pixels : await encodeJpeg(frame.pixels, frame, quality);
      bytes += carried.byteLength;
      const pixels = quality === null ? new Uint8Array(frame.pixels) : await decodeJpeg(carried, { ...simulatedHeader({ camera: clip, seq: 0 }), width: frame.width, height: frame.height });
      images.push({ truth: frame.truth, found: kept(await see(detector, { ...frame, pixels }), clip === 'plaza') });
    }
    rows.push(row(clip === 'plaza' ? 'AP50, plaza' : `agreement, ${clip}`, Math.round(1000 * precision(images)) / 10, '%'));
    sizes.push(row(`frame, ${clip}`, Math.round(bytes / all.length / 100) / 10, 'kB', 'lower'));
  }
  return [...rows, ...sizes];
}

/** AP50 of all classes, each weighted by its objects: one rare thing seen or not moves nothing. */
function precision(images: readonly DetectionImage[]): number {
  const { perClass } = detectionAccuracy(images);
  const truths = perClass.reduce((sum, one) => sum + one.truths, 0);
  return perClass.reduce((sum, one) => sum + (one.ap50 ?? 0) * one.truths, 0) / truths;
}

async function framesOf(clip: (typeof clips)[number], dataFolder: string, detector: Detector): Promise<Frame[]> {
  const boxes = clip.people ? readMot(path.join(dataFolder, plaza.truth)) : [];
  const frames: Frame[] = [];
  let first: number | null = null;
  for await (const frame of readVideo(path.join(dataFolder, clip.file), { fps: clip.fps, size: detector.inputSize })) {
    const { width, height, capturedAt } = frame.header;
    const pixels = new Uint8Array(frame.pixels);
    frame.recycle(frame.pixels);
    first ??= capturedAt;
    const at = 1 + Math.round(((capturedAt - first) / 1e6) * plaza.fps);
    const truth = clip.people
      ? boxes.filter(({ frame }) => frame === at).map(({ x, y, w, h }) => ({ cls: 'person', x: x / plaza.width, y: y / plaza.height, w: w / plaza.width, h: h / plaza.height }))
      : (await see(detector, { pixels: new Uint8Array(pixels), width, height })).filter(({ score }) => score >= detector.model.report);
    frames.push({ pixels, width, height, truth });
  }
  return frames;
}

async function see(detector: Detector, frame: { readonly pixels: Uint8Array; readonly width: number; readonly height: number }): Promise<readonly Detection[]> {
  return (await detector.detect({ camera: 'jpeg', pixels: frame.pixels, width: frame.width, height: frame.height })).detections;
}

function kept(detections: readonly Detection[], people: boolean): readonly Detection[] {
  return people ? detections.filter(({ cls }) => cls === 'person') : detections;
}
