import { assign } from '@sightline/workers/track/assign';
import type { IndexedSequence } from './sequence.js';

/** Identity metrics (Ristani et al. 2016, arXiv:1609.01775) at an overlap of .5: each true object has one right name. */
export interface Identity {
  readonly idf1: number;
  readonly idRecall: number;
  readonly idPrecision: number;
  readonly idTruePositives: number;
  readonly idFalseNegatives: number;
  readonly idFalsePositives: number;
}

const leastOverlap = 0.5;

export function identity({ truths, founds, frames }: IndexedSequence): Identity {
  const together = new Map<number, number>();
  let trueBoxes = 0;
  let foundBoxes = 0;
  for (const { truth, found, overlap } of frames) {
    trueBoxes += truth.length;
    foundBoxes += found.length;
    for (let i = 0; i < truth.length; i++) {
      for (let j = 0; j < found.length; j++) {
        if (overlap[i]![j]! < leastOverlap) continue;
        const pair = truth[i]! * founds + found[j]!;
        together.set(pair, (together.get(pair) ?? 0) + 1);
      }
    }
  }
  // Σ misses + Σ false boxes is least where Σ frames together is greatest.
  const edges = Array.from(together, ([pair, frames]) => ({ row: Math.floor(pair / founds), column: pair % founds, cost: -frames }));
  let idTruePositives = 0;
  assign(truths, founds, edges, 0).forEach((column, row) => {
    if (column >= 0) idTruePositives += together.get(row * founds + column)!;
  });
  const idFalseNegatives = trueBoxes - idTruePositives;
  const idFalsePositives = foundBoxes - idTruePositives;
  return {
    idf1: idTruePositives / Math.max(1, idTruePositives + 0.5 * (idFalseNegatives + idFalsePositives)),
    idRecall: idTruePositives / Math.max(1, trueBoxes),
    idPrecision: idTruePositives / Math.max(1, foundBoxes),
    idTruePositives,
    idFalseNegatives,
    idFalsePositives,
  };
}
