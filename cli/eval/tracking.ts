import type { TrackerOptions } from '@sightline/workers/track/options';
import type { Figure } from '../figures.js';
import { ownCases, recordedCases, type TrackingCase } from './tracking-cases.js';
import { jittered } from './tracking-jitter.js';
import { scoreTracking, type TrackingScores } from './tracking-run.js';
import { simulatedCases } from './tracking-simulated.js';
import { syntheticCases } from './tracking-synthetic.js';

/**
 * `sightline eval tracking`: the tracker on fixed detections, against ground truth, at several frame rates.
 *
 *     const rows = await evaluateTracking({ dataFolder: '../shared/data' });
 */
export interface EvaluateTracking {
  /** Folder that holds mot/ and clips/ (shared data/README.md). Not needed with `mot`. */
  readonly dataFolder: string;
  /** Repeat with all parameters moved by up to this fraction, such as .15, and report mean and spread. */
  readonly jitter?: number;
  /** A sequence of one's own in MOTChallenge form instead; fps where it has no seqinfo.ini. */
  readonly mot?: { readonly folder: string; readonly fps?: number };
  /** false: without appearance, as where only boxes are known. Default true. */
  readonly pixels?: boolean;
  /** Sequences made by a simulation in place of the recorded ones. */
  readonly simulated?: boolean;
  readonly options?: Partial<TrackerOptions>;
  /** Told after each case. */
  readonly progress?: (label: string) => void;
}

export const describeTracking = `The tracker alone, on fixed detections, against ground truth; mean over all starts of the subsampling.
HOTA, IDF1 and MOTA in percent. "delayed" is the corrected record, one second later. "ids ≥ 1 s" are names shown for a
second or longer; plaza.avi shows 19 people. Appearance of the PETS cases is taken from plaza.avi at 768×576.`;

/** Repetitions of a jittered evaluation. */
const seeds = 8;

export async function evaluateTracking({ dataFolder, jitter, mot, pixels = true, simulated = false, options = {}, progress }: EvaluateTracking): Promise<Figure[]> {
  const cases = mot ? ownCases(mot.folder, mot.fps === undefined ? {} : { fps: mot.fps }) : simulated ? [...simulatedCases(dataFolder), ...syntheticCases()] : await recordedCases(dataFolder, { pixels });
  const rows: Figure[] = [];
  for (const one of cases) {
    const settings = jitter === undefined ? [options] : Array.from({ length: seeds }, (_, seed) => jittered(options, jitter, seed));
    const scores = settings.map((setting) => scoreTracking(one.sequence, one.every, setting));
    rows.push(...figuresOf(one, scores, pixels));
    progress?.(one.label);
  }
  return rows;
}

function figuresOf({ label, targets, sequence }: TrackingCase, scores: readonly TrackingScores[], pixels: boolean): Figure[] {
  const mean = (of: (score: TrackingScores) => number): number => scores.reduce((sum, score) => sum + of(score), 0) / scores.length;
  const spread = (of: (score: TrackingScores) => number): number => Math.sqrt(mean((score) => (of(score) - mean(of)) ** 2));
  const figure = (metric: string, unit: string, of: (score: TrackingScores) => number, more: Partial<Figure> = {}): Figure => ({
    case: label,
    metric,
    value: round(mean(of)),
    unit,
    ...more,
    ...(scores.length > 1 && { noise: round(spread(of)), note: `mean of ${scores.length} jittered runs, standard deviation ${spread(of).toFixed(1)}` }),
  });
  const judged = pixels || !sequence.looks ? targets : {};
  const goal = (value: number | undefined, peer?: number): Partial<Figure> => ({ ...(value !== undefined && { goal: value }), ...(peer !== undefined && { peer }) });
  return [
    figure('HOTA', '%', (s) => s.hota, goal(judged.live?.[0], judged.peer?.[0])),
    figure('IDF1', '%', (s) => s.idf1, goal(judged.live?.[1], judged.peer?.[1])),
    figure('MOTA', '%', (s) => s.mota),
    figure('HOTA delayed', '%', (s) => s.hotaDelayed, goal(judged.delayed?.[0])),
    figure('IDF1 delayed', '%', (s) => s.idf1Delayed, goal(judged.delayed?.[1])),
    figure('ids ≥ 1 s', '', (s) => s.names, { ...goal(judged.names), better: 'lower' }),
    figure('id switches', '', (s) => s.switches, { better: 'lower' }),
  ];
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
