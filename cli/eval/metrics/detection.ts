/**
 * Detection metrics as COCO defines them (Lin et al. 2014) and pycocotools computes them: average precision over 101 recall
 * points, per class, and precision, recall and F1 at a score.
 */
export interface DetectionImage {
  readonly truth: readonly TrueBox[];
  readonly found: readonly FoundBox[];
}

/** Left, top, width, height in any one unit. */
interface LabelledBox {
  readonly cls: string;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface TrueBox extends LabelledBox {
  /** A region of many objects: boxes in it count neither as found nor as false. */
  readonly crowd?: boolean;
}

export interface FoundBox extends LabelledBox {
  readonly score: number;
}

export interface DetectionOptions {
  /** Strongest boxes of one class that count in one image; pycocotools' default. */
  readonly mostPerImage?: number;
  readonly overlaps?: readonly number[];
}

export interface ClassAccuracy {
  readonly cls: string;
  /** True boxes that count. */
  readonly truths: number;
  /** Mean over the overlaps, at .5 and at .75; null when there is no such object. */
  readonly ap: number | null;
  readonly ap50: number | null;
  readonly ap75: number | null;
  /** Largest recall, mean over the overlaps and at .5. */
  readonly recall: number | null;
  readonly recall50: number | null;
}

export interface DetectionAccuracy {
  readonly map: number | null;
  readonly map50: number | null;
  readonly map75: number | null;
  readonly recall: number | null;
  readonly perClass: readonly ClassAccuracy[];
}

/** Overlaps .50, .55 … .95 and recalls 0, .01 … 1, in numpy.linspace's own floating-point values. */
export const cocoOverlaps: readonly number[] = Array.from({ length: 10 }, (_, k) => (k === 9 ? 0.95 : 0.5 + k * ((0.95 - 0.5) / 9)));
const recallPoints: readonly number[] = Array.from({ length: 101 }, (_, k) => (k === 100 ? 1 : k * 0.01));
/** numpy.spacing(1). */
const spacing = Number.EPSILON;

export function detectionAccuracy(images: readonly DetectionImage[], options: DetectionOptions = {}): DetectionAccuracy {
  const overlaps = options.overlaps ?? cocoOverlaps;
  const classes = [...new Set(images.flatMap(({ truth, found }) => [...truth, ...found].map(({ cls }) => cls)))].sort();
  const perClass = classes.map((cls): ClassAccuracy => {
    const { truths, outcomes } = matchClass(images, cls, overlaps, options.mostPerImage ?? 100);
    const curves = outcomes.map((of) => curve(of, truths));
    const at = (overlap: number): number => overlaps.findIndex((value) => Math.abs(value - overlap) < 1e-9);
    const value = (values: readonly number[], index: number): number | null => (truths === 0 ? null : (values[index] ?? null));
    const ap = curves.map((c) => c.ap);
    const recall = curves.map((c) => c.recall);
    return {
      cls,
      truths,
      ap: truths === 0 ? null : mean(ap),
      ap50: value(ap, at(0.5)),
      ap75: value(ap, at(0.75)),
      recall: truths === 0 ? null : mean(recall),
      recall50: value(recall, at(0.5)),
    };
  });
  const over = (of: (accuracy: ClassAccuracy) => number | null): number | null => {
    const known = perClass.map(of).filter((value) => value !== null);
    return known.length === 0 ? null : mean(known);
  };
  return { map: over((c) => c.ap), map50: over((c) => c.ap50), map75: over((c) => c.ap75), recall: over((c) => c.recall), perClass };
}

export interface OperatingPoint {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

/** Precision, recall and F1 of what reaches `score`, with COCO's matching at one overlap, over all classes together. */
export function operatingPoint(images: readonly DetectionImage[], score: number, overlap = 0.5): OperatingPoint {
  const kept = images.map(({ truth, found }) => ({ truth, found: found.filter((box) => box.score >= score) }));
  const classes = new Set(kept.flatMap(({ truth, found }) => [...truth, ...found].map(({ cls }) => cls)));
  let truths = 0;
  let truePositives = 0;
  let falsePositives = 0;
  for (const cls of classes) {
    const matched = matchClass(kept, cls, [overlap], Infinity);
    truths += matched.truths;
    for (const { hit } of matched.outcomes[0]!) {
      if (hit) truePositives += 1;
      else falsePositives += 1;
    }
  }
  const precision = truePositives / Math.max(1, truePositives + falsePositives);
  const recall = truePositives / Math.max(1, truths);
  const f1 = (2 * precision * recall) / Math.max(spacing, precision + recall);
  return { precision, recall, f1, truePositives, falsePositives, falseNegatives: truths - truePositives };
}

interface Outcome {
  readonly score: number;
  readonly hit: boolean;
}

/** For each overlap the fate of every found box that counts, in order of the images and, within one, of the scores. */
function matchClass(images: readonly DetectionImage[], cls: string, overlaps: readonly number[], most: number): { truths: number; outcomes: Outcome[][] } {
  const outcomes: Outcome[][] = overlaps.map(() => []);
  let truths = 0;
  for (const image of images) {
    const truth = image.truth.filter((box) => box.cls === cls).sort((a, b) => Number(a.crowd ?? false) - Number(b.crowd ?? false));
    const found = image.found.filter((box) => box.cls === cls).sort((a, b) => b.score - a.score).slice(0, most);
    truths += truth.filter((box) => !box.crowd).length;
    const shared = found.map((f) => truth.map((t) => cocoOverlap(f, t)));
    overlaps.forEach((overlap, k) => {
      const taken = new Set<number>();
      found.forEach(({ score }, d) => {
        const best = bestTruth(truth, shared[d]!, taken, overlap);
        if (best < 0) outcomes[k]!.push({ score, hit: false });
        else if (!truth[best]!.crowd) {
          taken.add(best);
          outcomes[k]!.push({ score, hit: true });
        }
      });
    });
  }
  return { truths, outcomes };
}

/** The free true box of greatest overlap, or a crowd when there is none; of equals the later. −1: none reaches `least`. */
function bestTruth(truth: readonly TrueBox[], shared: readonly number[], taken: ReadonlySet<number>, least: number): number {
  let reached = Math.min(least, 1 - 1e-10);
  let best = -1;
  for (let g = 0; g < truth.length; g++) {
    if (taken.has(g)) continue;
    if (best >= 0 && !truth[best]!.crowd && truth[g]!.crowd) break;
    if (shared[g]! < reached) continue;
    reached = shared[g]!;
    best = g;
  }
  return best;
}

/** Intersection over union; against a crowd, over the found box alone. */
function cocoOverlap(found: FoundBox, truth: TrueBox): number {
  const across = Math.min(found.x + found.w, truth.x + truth.w) - Math.max(found.x, truth.x);
  const down = Math.min(found.y + found.h, truth.y + truth.h) - Math.max(found.y, truth.y);
  if (across <= 0 || down <= 0) return 0;
  const both = across * down;
  return both / (truth.crowd ? found.w * found.h : found.w * found.h + truth.w * truth.h - both);
}

/** Average precision over the recall points, and the largest recall. */
function curve(outcomes: readonly Outcome[], truths: number): { ap: number; recall: number } {
  const sorted = [...outcomes].sort((a, b) => b.score - a.score);
  const recalls: number[] = [];
  const precisions: number[] = [];
  let hits = 0;
  sorted.forEach(({ hit }, index) => {
    if (hit) hits += 1;
    recalls.push(hits / truths);
    precisions.push(hits / (index + 1 + spacing));
  });
  for (let k = precisions.length - 1; k > 0; k--) precisions[k - 1] = Math.max(precisions[k - 1]!, precisions[k]!);
  let sum = 0;
  let k = 0;
  for (const point of recallPoints) {
    while (k < recalls.length && recalls[k]! < point) k += 1;
    sum += precisions[k] ?? 0;
  }
  return { ap: sum / recallPoints.length, recall: recalls.at(-1) ?? 0 };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
