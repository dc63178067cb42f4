import { assign, type Edge } from '@sightline/workers/track/assign';
import type { IndexedSequence } from './sequence.js';

/** CLEAR MOT (Bernardin & Stiefelhagen 2008, doi:10.1155/2008/246309) at an overlap of .5, as TrackEval computes it. */
export interface Clear {
  /** 1 − (misses + false boxes + switches) / true boxes; negative when there are more errors than objects. */
  readonly mota: number;
  /** Mean overlap of the matches. */
  readonly motp: number;
  readonly idSwitches: number;
  readonly fragments: number;
  readonly truePositives: number;
  readonly falseNegatives: number;
  readonly falsePositives: number;
  readonly recall: number;
  readonly precision: number;
  /** True objects followed for more than 80 %, for 20 % to 80 %, and for less of their life. */
  readonly mostlyTracked: number;
  readonly partlyTracked: number;
  readonly mostlyLost: number;
}

const leastOverlap = 0.5;
/** A pair that went together a frame ago goes before any other: larger than a sum of overlaps can become. */
const keepPair = 1000;

export function clear({ truths, frames }: IndexedSequence): Clear {
  const present = new Float64Array(truths);
  const followed = new Float64Array(truths);
  const starts = new Float64Array(truths);
  const lastFound = new Int32Array(truths).fill(-1);
  let justBefore = new Int32Array(truths).fill(-1);
  const total = { truePositives: 0, falseNegatives: 0, falsePositives: 0, idSwitches: 0, overlap: 0 };

  const anyFound = frames.some(({ found }) => found.length > 0);
  const anyTruth = frames.some(({ truth }) => truth.length > 0);
  for (const { truth, found, overlap } of frames) {
    for (const i of truth) present[i] = present[i]! + 1;
    // TrackEval leaves the memory of the frame before untouched where a frame has no truth or nothing found.
    if (truth.length === 0 || found.length === 0) {
      total.falsePositives += found.length;
      total.falseNegatives += truth.length;
      continue;
    }
    const edges: Edge[] = [];
    for (let i = 0; i < truth.length; i++) {
      for (let j = 0; j < found.length; j++) {
        const value = overlap[i]![j]!;
        if (value < leastOverlap - Number.EPSILON) continue;
        edges.push({ row: i, column: j, cost: -value - (justBefore[truth[i]!] === found[j] ? keepPair : 0) });
      }
    }
    const now = new Int32Array(truths).fill(-1);
    let matched = 0;
    assign(truth.length, found.length, edges, 0).forEach((j, i) => {
      if (j < 0) return;
      const object = truth[i]!;
      const name = found[j]!;
      matched += 1;
      total.overlap += overlap[i]![j]!;
      if (lastFound[object]! >= 0 && lastFound[object] !== name) total.idSwitches += 1;
      if (justBefore[object]! < 0) starts[object] = starts[object]! + 1;
      followed[object] = followed[object]! + 1;
      lastFound[object] = name;
      now[object] = name;
    });
    justBefore = now;
    total.truePositives += matched;
    total.falseNegatives += truth.length - matched;
    total.falsePositives += found.length - matched;
  }

  const { truePositives, falseNegatives, falsePositives, idSwitches } = total;
  const trueBoxes = Math.max(1, truePositives + falseNegatives);
  const shares = Array.from(followed, (n, object) => n / present[object]!);
  const mostlyTracked = shares.filter((share) => share > 0.8).length;
  const partlyTracked = shares.filter((share) => share >= 0.2).length - mostlyTracked;
  const counted = anyFound && anyTruth;
  return {
    mota: counted ? (truePositives - falsePositives - idSwitches) / trueBoxes : 0,
    motp: total.overlap / Math.max(1, truePositives),
    idSwitches,
    fragments: starts.reduce((sum, n) => sum + Math.max(0, n - 1), 0),
    truePositives,
    falseNegatives,
    falsePositives,
    recall: truePositives / trueBoxes,
    precision: truePositives / Math.max(1, truePositives + falsePositives),
    mostlyTracked,
    partlyTracked,
    mostlyLost: truths - mostlyTracked - partlyTracked,
  };
}
