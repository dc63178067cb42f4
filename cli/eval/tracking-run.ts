import type { Detection, FrameInput } from '@sightline/schemas';
import { createTracker } from '@sightline/workers/track/create';
import type { TrackerOptions } from '@sightline/workers/track/options';
import { createScoreScale } from '@sightline/workers/track/scores';
import { clear } from './metrics/clear.js';
import { hota } from './metrics/hota.js';
import { identity } from './metrics/identity.js';
import { indexSequence, type EvaluatedFrame, type MarkedBox } from './metrics/sequence.js';
import type { TrackedSequence } from './tracking-cases.js';

/** Percent, but for names and switches; each the mean over all starts of the subsampling. */
export interface TrackingScores {
  readonly hota: number;
  readonly idf1: number;
  readonly mota: number;
  readonly hotaDelayed: number;
  readonly idf1Delayed: number;
  /** Names shown for a second or longer. */
  readonly names: number;
  readonly switches: number;
}

/** Tracks every `every`-th frame from each possible start on, and judges both outputs. */
export function scoreTracking(sequence: TrackedSequence, every: number, options: Partial<TrackerOptions> = {}): TrackingScores {
  const prepared = prepare(sequence);
  const runs = Array.from({ length: every }, (_, start) => scoreRun(prepared, every, start, options));
  const mean = (of: (run: TrackingScores) => number): number => runs.reduce((sum, run) => sum + of(run), 0) / runs.length;
  return {
    hota: mean((run) => run.hota),
    idf1: mean((run) => run.idf1),
    mota: mean((run) => run.mota),
    hotaDelayed: mean((run) => run.hotaDelayed),
    idf1Delayed: mean((run) => run.idf1Delayed),
    names: mean((run) => run.names),
    switches: mean((run) => run.switches),
  };
}

interface Prepared {
  readonly frames: readonly { readonly input: FrameInput; readonly truth: readonly MarkedBox[] }[];
}

const kept = new WeakMap<TrackedSequence, Prepared>();

/** The sequence as the tracker's input, boxes in fractions; kept, since parameters are tried on it many times. */
function prepare(sequence: TrackedSequence): Prepared {
  const known = kept.get(sequence);
  if (known) return known;
  const { width, height, fps } = sequence;
  const truth: MarkedBox[][] = Array.from({ length: sequence.frames }, () => []);
  const detections: Detection[][] = Array.from({ length: sequence.frames }, () => []);
  for (const { frame, id, x, y, w, h } of sequence.truth) truth[frame - 1]?.push({ id, x: x / width, y: y / height, w: w / width, h: h / height });
  sequence.detections.forEach(({ frame, x, y, w, h, confidence }, index) => {
    const appearance = sequence.looks?.[index];
    detections[frame - 1]?.push({ x: x / width, y: y / height, w: w / width, h: h / height, cls: sequence.cls ?? 'person', score: confidence, ...(appearance && { appearance }) });
  });
  const prepared: Prepared = {
    frames: truth.map((boxes, k) => ({
      truth: boxes,
      input: {
        ...{ camera: 'eval', epoch: 0, seq: k, capturedAt: Math.round((k * 1e6) / fps), recording: true, state: 'inferred', motion: [0, 0], dropped: {}, site: '', model: '' },
        quality: { brightness: 128, contrast: 50, sharpness: 10, state: 'ok' },
        aspect: width / height,
        detections: detections[k]!,
      },
    })),
  };
  kept.set(sequence, prepared);
  return prepared;
}

function scoreRun({ frames }: Prepared, every: number, start: number, options: Partial<TrackerOptions>): TrackingScores {
  const tracker = createTracker(options);
  const scale = createScoreScale();
  const used = frames.filter((_, k) => k >= start && (k - start) % every === 0);
  const delayed = new Map<number, readonly MarkedBox[]>();
  const lives = new Map<string, { from: number; to: number }>();
  const live = used.map(({ input, truth }): EvaluatedFrame => {
    const { tracks, corrected } = tracker.step({ ...input, detections: scale.comparable(input.detections) });
    for (const frame of corrected) delayed.set(frame.at, frame.tracks);
    for (const { id } of tracks) {
      const life = lives.get(id);
      if (life) life.to = input.capturedAt;
      else lives.set(id, { from: input.capturedAt, to: input.capturedAt });
    }
    return { truth, found: tracks };
  });
  for (const frame of tracker.flush().corrected) delayed.set(frame.at, frame.tracks);
  const now = indexSequence(live);
  const later = indexSequence(used.map(({ input, truth }) => ({ truth, found: delayed.get(input.capturedAt) ?? [] })));
  const { mota, idSwitches } = clear(now);
  return {
    hota: 100 * hota(now).hota,
    idf1: 100 * identity(now).idf1,
    mota: 100 * mota,
    hotaDelayed: 100 * hota(later).hota,
    idf1Delayed: 100 * identity(later).idf1,
    names: [...lives.values()].filter(({ from, to }) => to - from >= 1e6).length,
    switches: idSwitches,
  };
}
