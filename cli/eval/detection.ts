import type { Detector, FrameInput, Track } from '@sightline/schemas';
import { createTracker } from '@sightline/workers/track/create';
import path from 'node:path';
import type { Figure } from '../figures.js';
import { readVideo } from '../read-video.js';
import { see } from '../see.js';
import { clear } from './metrics/clear.js';
import { detectionAccuracy, operatingPoint, type DetectionImage } from './metrics/detection.js';
import { hota } from './metrics/hota.js';
import { identity } from './metrics/identity.js';
import { readMot, type MotBox } from './metrics/mot.js';
import { indexSequence, type EvaluatedFrame } from './metrics/sequence.js';

/**
 * `sightline eval detection`: detection and tracking on plaza.avi through the whole real path with its default settings
 * (decode, gate, detect, track), against every pedestrian of MOT15 PETS09-S2L1.
 *
 *     const rows = await evaluateDetection({ dataFolder: '../shared/data', models: ['default'], rates: [10, 5], open: openDetector });
 */
export interface EvaluateDetection {
  readonly dataFolder: string;
  /** Names of installed models. */
  readonly models: readonly string[];
  /** Frames a second analysed. */
  readonly rates: readonly number[];
  readonly open: (model: string) => Promise<Detector>;
  /** Hold still pictures back, as the product does. Default true. */
  readonly gate?: boolean;
  readonly progress?: (label: string) => void;
}

export const describeDetection = `Detection and tracking on plaza.avi through the whole real path with its default settings, against
every pedestrian (4650 boxes, 19 people). AP50 over all detections; precision, recall and F1 at the score that the model
reports from; MOTA, IDF1 and HOTA of the live tracks. Percent, but for switches.`;

/** The clip's own rate, and its size in pixels. */
const clip = { file: 'clips/plaza.avi', truth: 'mot/PETS09-S2L1/gt.txt', fps: 10, width: 768, height: 576 };
/** Least MOTA at 5 frames a second (percent), by model. */
const motaGoals: Readonly<Record<string, number>> = { 'yolox-nano': 84, default: 82, centernet: 82 };
const goalRate = 5;

export async function evaluateDetection({ dataFolder, models, rates, open, gate = true, progress }: EvaluateDetection): Promise<Figure[]> {
  const truth = truthByFrame(readMot(path.join(dataFolder, clip.truth)));
  const rows: Figure[] = [];
  for (const model of models) {
    const detector = await open(model);
    try {
      for (const fps of rates) {
        const label = `plaza ${detector.model.name} ${fps} fps`;
        const seen = await seePlaza(path.join(dataFolder, clip.file), detector, fps, gate);
        rows.push(...figuresOf(label, seen, truth, detector.model.report, fps === goalRate ? motaGoals[model] : undefined));
        progress?.(label);
      }
    } finally {
      await detector.close();
    }
  }
  return rows;
}

interface SeenFrame {
  /** Frame of the clip, from 1. */
  readonly frame: number;
  readonly input: FrameInput;
  readonly tracks: readonly Track[];
}

async function seePlaza(file: string, detector: Detector, fps: number, gate: boolean): Promise<SeenFrame[]> {
  const tracker = createTracker();
  const seen: SeenFrame[] = [];
  let first: number | undefined;
  for await (const input of see(readVideo(file, { fps, size: detector.inputSize, camera: { gate } }), detector, { appearance: true })) {
    first ??= input.capturedAt;
    const frame = 1 + Math.round(((input.capturedAt - first) / 1e6) * clip.fps);
    seen.push({ frame, input, tracks: tracker.step(input).tracks });
  }
  return seen;
}

function figuresOf(label: string, seen: readonly SeenFrame[], truth: ReadonlyMap<number, readonly MotBox[]>, report: number, motaGoal: number | undefined): Figure[] {
  const persons = <T extends { readonly cls: string }>(all: readonly T[]): T[] => all.filter(({ cls }) => cls === 'person');
  // A quiet frame has no detections of its own: it is judged by its tracks alone.
  const images = seen
    .filter(({ input }) => input.state === 'inferred')
    .map(({ frame, input }): DetectionImage => ({ truth: boxesOf(truth, frame).map((box) => ({ ...box, cls: 'person' })), found: persons(input.detections) }));
  const frames = seen.map(({ frame, tracks }): EvaluatedFrame => ({ truth: boxesOf(truth, frame), found: persons(tracks) }));
  const accuracy = detectionAccuracy(images).perClass.find(({ cls }) => cls === 'person');
  const point = operatingPoint(images, report);
  const sequence = indexSequence(frames);
  const { mota, idSwitches } = clear(sequence);
  const percent = (metric: string, value: number | null | undefined, more: Partial<Figure> = {}): Figure => ({
    case: label,
    metric,
    value: value === null || value === undefined ? null : Math.round(value * 10_000) / 100,
    unit: '%',
    ...more,
  });
  const quiet = seen.filter(({ input }) => input.state === 'quiet').length;
  return [
    percent('AP50', accuracy?.ap50),
    percent('recall', point.recall),
    percent('precision', point.precision),
    percent('F1', point.f1),
    percent('MOTA', mota, motaGoal === undefined ? {} : { goal: motaGoal }),
    percent('IDF1', identity(sequence).idf1),
    percent('HOTA', hota(sequence).hota),
    { case: label, metric: 'id switches', value: idSwitches, unit: '', better: 'lower' },
    percent('skipped', quiet / seen.length),
  ];
}

function truthByFrame(boxes: readonly MotBox[]): Map<number, MotBox[]> {
  const frames = new Map<number, MotBox[]>();
  for (const box of boxes) frames.set(box.frame, [...(frames.get(box.frame) ?? []), box]);
  return frames;
}

function boxesOf(truth: ReadonlyMap<number, readonly MotBox[]>, frame: number): { id: number; x: number; y: number; w: number; h: number }[] {
  return (truth.get(frame) ?? []).map(({ id, x, y, w, h }) => ({ id, x: x / clip.width, y: y / clip.height, w: w / clip.width, h: h / clip.height }));
}
