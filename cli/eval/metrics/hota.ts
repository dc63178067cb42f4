import { assign, type Edge } from '@sightline/workers/track/assign';
import type { IndexedSequence } from './sequence.js';

/**
 * Higher Order Tracking Accuracy (Luiten et al. 2020, doi:10.1007/s11263-020-01375-2), as TrackEval computes it: 0..1,
 * each the mean over the overlap thresholds .05, .10 … .95, whose own values stand in `at`.
 */
export interface Hota extends HotaAt {
  readonly at: readonly HotaAt[];
}

export interface HotaAt {
  readonly hota: number;
  readonly detA: number;
  readonly assA: number;
  readonly detRe: number;
  readonly detPr: number;
  readonly assRe: number;
  readonly assPr: number;
  readonly locA: number;
}

export const hotaThresholds: readonly number[] = Array.from({ length: 19 }, (_, k) => 0.05 + k * 0.05);

interface Counts {
  truePositives: number;
  falseNegatives: number;
  falsePositives: number;
  overlap: number;
  /** Matches of each pair of true and found object, at truth × founds + found. */
  readonly pairs: Map<number, number>;
}

export function hota(sequence: IndexedSequence): Hota {
  const { founds } = sequence;
  const truthCount = new Float64Array(sequence.truths);
  const foundCount = new Float64Array(founds);
  const alignment = alignments(sequence, truthCount, foundCount);
  const counts = hotaThresholds.map((): Counts => ({ truePositives: 0, falseNegatives: 0, falsePositives: 0, overlap: 0, pairs: new Map() }));

  for (const { truth, found, overlap } of sequence.frames) {
    const edges: Edge[] = [];
    for (let i = 0; i < truth.length; i++) {
      for (let j = 0; j < found.length; j++) {
        const score = (alignment.get(truth[i]! * founds + found[j]!) ?? 0) * overlap[i]![j]!;
        if (score > 0) edges.push({ row: i, column: j, cost: -score });
      }
    }
    const match = assign(truth.length, found.length, edges, 0);
    hotaThresholds.forEach((threshold, k) => {
      const at = counts[k]!;
      let matched = 0;
      match.forEach((j, i) => {
        if (j < 0 || overlap[i]![j]! < threshold - Number.EPSILON) return;
        matched += 1;
        at.overlap += overlap[i]![j]!;
        const pair = truth[i]! * founds + found[j]!;
        at.pairs.set(pair, (at.pairs.get(pair) ?? 0) + 1);
      });
      at.truePositives += matched;
      at.falseNegatives += truth.length - matched;
      at.falsePositives += found.length - matched;
    });
  }
  const at = counts.map((count) => scores(count, truthCount, foundCount));
  const mean = (of: (at: HotaAt) => number): number => at.reduce((sum, value) => sum + of(value), 0) / at.length;
  return {
    hota: mean((v) => v.hota),
    detA: mean((v) => v.detA),
    assA: mean((v) => v.assA),
    detRe: mean((v) => v.detRe),
    detPr: mean((v) => v.detPr),
    assRe: mean((v) => v.assRe),
    assPr: mean((v) => v.assPr),
    locA: mean((v) => v.locA),
    at,
  };
}

/** How well each found object follows each true one over the whole sequence, before any matching; also counts both. */
function alignments({ frames, founds }: IndexedSequence, truthCount: Float64Array, foundCount: Float64Array): Map<number, number> {
  const potential = new Map<number, number>();
  for (const { truth, found, overlap } of frames) {
    const ofFound = found.map((_, j) => overlap.reduce((sum, row) => sum + row[j]!, 0));
    for (let i = 0; i < truth.length; i++) {
      truthCount[truth[i]!] = truthCount[truth[i]!]! + 1;
      const ofTruth = overlap[i]!.reduce((sum, value) => sum + value, 0);
      for (let j = 0; j < found.length; j++) {
        const value = overlap[i]![j]!;
        const denominator = ofTruth + ofFound[j]! - value;
        if (denominator <= Number.EPSILON) continue;
        const pair = truth[i]! * founds + found[j]!;
        potential.set(pair, (potential.get(pair) ?? 0) + value / denominator);
      }
    }
    for (const j of found) foundCount[j] = foundCount[j]! + 1;
  }
  for (const [pair, value] of potential) {
    potential.set(pair, value / (truthCount[Math.floor(pair / founds)]! + foundCount[pair % founds]! - value));
  }
  return potential;
}

function scores(count: Counts, truthCount: Float64Array, foundCount: Float64Array): HotaAt {
  const { truePositives, falseNegatives, falsePositives } = count;
  const founds = foundCount.length;
  const sums = { a: 0, re: 0, pr: 0 };
  for (const [pair, n] of count.pairs) {
    const ofTruth = truthCount[Math.floor(pair / founds)]!;
    const ofFound = foundCount[pair % founds]!;
    sums.a += (n * n) / Math.max(1, ofTruth + ofFound - n);
    sums.re += (n * n) / Math.max(1, ofTruth);
    sums.pr += (n * n) / Math.max(1, ofFound);
  }
  const matched = Math.max(1, truePositives);
  const detA = truePositives / Math.max(1, truePositives + falseNegatives + falsePositives);
  const assA = sums.a / matched;
  return {
    hota: Math.sqrt(detA * assA),
    detA,
    assA,
    detRe: truePositives / Math.max(1, truePositives + falseNegatives),
    detPr: truePositives / Math.max(1, truePositives + falsePositives),
    assRe: sums.re / matched,
    assPr: sums.pr / matched,
    locA: Math.max(1e-10, count.overlap) / Math.max(1e-10, truePositives),
  };
}
