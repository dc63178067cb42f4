/**
 * Where full ends and empty begins, for one facing: learned from how far its look has been from full in quiet moments.
 * As long as only one state was seen nothing can be learned, and the start value holds.
 */
export interface ThresholdState {
  /** Seconds spent at each distance, `bins` over 0..`span`. */
  readonly histogram: readonly number[];
}

export interface Threshold {
  /** So many seconds were spent at this distance from full. */
  learn(distance: number, seconds: number): void;
  value(): number;
  snapshot(): ThresholdState;
}

/** Before both states were seen: full stays below .3 under every disturbance tried, empty above .6 (docs/zones/shelf.md). */
const untaught = 0.4;
/** Otsu's split counts when it explains this share of the variance: at most .62 while everything is full, .98 once both were seen. */
const explained = 0.9;
/** Seconds that each state must have been seen. */
const enoughSeconds = 2;
/** A learned threshold stays within what any facing can have. */
const least = 0.3;
const most = 0.75;
const bins = 40;
const span = 1.6;
/** Seconds after which what was seen counts half: a day. */
const halfLife = 86_400;

export function createThreshold(restored?: ThresholdState): Threshold {
  const histogram = restored ? [...restored.histogram] : new Array<number>(bins).fill(0);
  let value = otsu(histogram);

  return {
    learn(distance, seconds) {
      const fade = 0.5 ** (seconds / halfLife);
      for (let bin = 0; bin < bins; bin++) histogram[bin] = histogram[bin]! * fade;
      const bin = Math.min(bins - 1, Math.max(0, Math.floor((distance / span) * bins)));
      histogram[bin] = histogram[bin]! + seconds;
      value = otsu(histogram);
    },
    value: () => value,
    snapshot: () => ({ histogram: [...histogram] }),
  };
}

/** Otsu 1979: the split that leaves the least variance within both parts; the middle of the gap between them. */
function otsu(histogram: readonly number[]): number {
  const total = histogram.reduce((sum, seconds) => sum + seconds, 0);
  const at = (bin: number): number => ((bin + 0.5) * span) / bins;
  const mean = histogram.reduce((sum, seconds, bin) => sum + seconds * at(bin), 0) / total;
  const variance = histogram.reduce((sum, seconds, bin) => sum + seconds * (at(bin) - mean) ** 2, 0) / total;
  let below = 0;
  let sumBelow = 0;
  let best = 0;
  let from = 0;
  let to = 0;
  for (let bin = 0; bin < bins - 1; bin++) {
    below += histogram[bin]!;
    sumBelow += histogram[bin]! * at(bin);
    const above = total - below;
    if (below < enoughSeconds || above < enoughSeconds) continue;
    const between = (below * above * (sumBelow / below - (mean * total - sumBelow) / above) ** 2) / total ** 2;
    if (between > best + 1e-12) {
      best = between;
      from = bin;
    }
    if (between >= best - 1e-12) to = bin;
  }
  if (total === 0 || variance === 0 || best / variance < explained) return untaught;
  return Math.min(most, Math.max(least, (((from + to) / 2 + 1) * span) / bins));
}
