import type { Detector } from '@sightline/schemas';
import { createTracker } from '@sightline/workers/track/create';
import type { Figure } from '../../figures.js';
import { readVideo } from '../../read-video.js';
import { see } from '../../see.js';
import { clear } from '../metrics/clear.js';
import { hota } from '../metrics/hota.js';
import { identity } from '../metrics/identity.js';
import { readMot, type MotBox } from '../metrics/mot.js';
import { indexSequence, type EvaluatedFrame } from '../metrics/sequence.js';
import { writeReport } from './html.js';
import { frameAt } from './pictures.js';
import { trackingFailures } from './tracking.js';

/**
 * Judges detector and tracker on a video of one's own with ground truth in MOTChallenge form (frames from 1, pixels).
 *
 *     const { sentence, figures } = await evaluateMot({ clip: 'door.mp4', truth: 'gt.txt', detector, html: 'report.html' });
 */
export interface EvaluateMot {
  readonly clip: string;
  readonly truth: string;
  readonly detector: Detector;
  /** Class of what the ground truth marks. */
  readonly cls?: string;
  readonly html?: string | undefined;
  readonly command?: string;
  readonly reportProgress?: (seconds: number) => void;
}

/** More than any video has: every frame is wanted, since ground truth counts frames. */
const everyFrame = 120;

export async function evaluateMot({ clip, truth: file, detector, cls = 'person', html, command = 'sightline eval mot', reportProgress }: EvaluateMot): Promise<{ readonly sentence: string; readonly figures: readonly Figure[] }> {
  const boxes = byFrame(readMot(file));
  const tracker = createTracker();
  const frames: EvaluatedFrame[] = [];
  let [first, last] = [0, 0];
  let size = { width: 1, height: 1 };
  const video = readVideo(clip, {
    fps: everyFrame,
    size: (width, height) => {
      size = { width, height };
      return detector.inputSize(width, height);
    },
  });
  for await (const input of see(video, detector, { appearance: true })) {
    if (frames.length === 0) first = input.capturedAt;
    last = input.capturedAt;
    const { width, height } = size;
    const truth = (boxes.get(frames.length + 1) ?? []).map(({ id, x, y, w, h }) => ({ id, x: x / width, y: y / height, w: w / width, h: h / height }));
    frames.push({ truth, found: tracker.step(input).tracks.filter((track) => track.cls === cls) });
    reportProgress?.((last - first) / 1e6);
  }
  const fps = last > first ? (frames.length - 1) / ((last - first) / 1e6) : 1;
  const sequence = indexSequence(frames);
  const scores = clear(sequence);
  const row = (metric: string, value: number, more: Partial<Figure> = {}): Figure => ({ case: clip.split('/').at(-1)!, metric, value, unit: '%', ...more });
  const figures = [
    row('MOTA', 100 * scores.mota),
    row('IDF1', 100 * identity(sequence).idf1),
    row('HOTA', 100 * hota(sequence).hota),
    row('recall', 100 * scores.recall),
    row('precision', 100 * scores.precision),
    row('id switches', scores.idSwitches, { unit: '', better: 'lower' }),
  ];
  const { summary, failures } = trackingFailures(frames, { fps, width: 1, height: 1 });
  if (html !== undefined) {
    const section = { heading: 'Tracks', summary, figures, failures };
    await writeReport(html, { title: figures[0]!.case, command, when: new Date().toISOString(), sections: [section], picture: ({ at }) => frameAt(clip, at) });
  }
  return { sentence: summary, figures };
}

/** Boxes that count, by frame. */
function byFrame(boxes: readonly MotBox[]): Map<number, MotBox[]> {
  const frames = new Map<number, MotBox[]>();
  for (const box of boxes) {
    if (box.confidence === 0) continue;
    const frame = frames.get(box.frame);
    if (frame) frame.push(box);
    else frames.set(box.frame, [box]);
  }
  return frames;
}
