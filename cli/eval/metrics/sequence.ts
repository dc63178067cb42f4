/**
 * What tracking metrics are computed from: per frame the true and the found objects, boxes in any one unit. Frames are in
 * order; an id names one object throughout.
 */
export interface MarkedBox {
  readonly id: string | number;
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface EvaluatedFrame {
  readonly truth: readonly MarkedBox[];
  readonly found: readonly MarkedBox[];
}

/** The same with ids as indices and all overlaps: what each metric walks over. */
export interface IndexedSequence {
  readonly truths: number;
  readonly founds: number;
  readonly frames: readonly IndexedFrame[];
}

export interface IndexedFrame {
  readonly truth: readonly number[];
  readonly found: readonly number[];
  /** Intersection over union of truth i and found j at [i][j]. */
  readonly overlap: readonly Float64Array[];
}

export function indexSequence(frames: readonly EvaluatedFrame[]): IndexedSequence {
  const truthIndex = new Map<string | number, number>();
  const foundIndex = new Map<string | number, number>();
  const numbered = (index: Map<string | number, number>, id: string | number): number => {
    const known = index.get(id);
    if (known !== undefined) return known;
    index.set(id, index.size);
    return index.size - 1;
  };
  const indexed = frames.map(({ truth, found }) => ({
    truth: truth.map(({ id }) => numbered(truthIndex, id)),
    found: found.map(({ id }) => numbered(foundIndex, id)),
    overlap: truth.map((a) => Float64Array.from(found, (b) => intersectionOverUnion(a, b))),
  }));
  return { truths: truthIndex.size, founds: foundIndex.size, frames: indexed };
}

type Rectangle = Pick<MarkedBox, 'x' | 'y' | 'w' | 'h'>;

export function intersectionOverUnion(a: Rectangle, b: Rectangle): number {
  const across = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  if (across <= 0 || down <= 0) return 0;
  const shared = across * down;
  return shared / (a.w * a.h + b.w * b.h - shared);
}
