/** Pairs what was said with what was true, one to one. */

/** The most pairs (truth index, said index) such that each side is used once; augmenting paths over what may pair. */
export function pairUp(truths: number, said: number, fits: (truth: number, said: number) => boolean): readonly (readonly [truth: number, said: number])[] {
  const truthOf = new Array<number>(said).fill(-1);
  const place = (truth: number, tried: Set<number>): boolean => {
    for (let one = 0; one < said; one++) {
      if (tried.has(one) || !fits(truth, one)) continue;
      tried.add(one);
      if (truthOf[one]! >= 0 && !place(truthOf[one]!, tried)) continue;
      truthOf[one] = truth;
      return true;
    }
    return false;
  };
  for (let truth = 0; truth < truths; truth++) place(truth, new Set());
  return truthOf.flatMap((truth, one) => (truth < 0 ? [] : [[truth, one] as const]));
}

export interface Crossing {
  readonly frame: number;
  readonly along: number;
  readonly direction: 'in' | 'out';
}

export interface CrossingTruth {
  readonly frames: readonly number[];
  readonly along: readonly number[];
  readonly toleranceFrames: number;
  readonly toleranceAlong: number;
}

export interface CrossingJudgement {
  readonly found: number;
  readonly double: number;
  readonly wrongWay: number;
  readonly false: number;
}

/** Every truth goes `in`. A vehicle is told by when and where on the line it crosses. */
export function judgeCrossings(truth: CrossingTruth, said: readonly Crossing[]): CrossingJudgement {
  const near = (t: number, { frame, along }: Crossing): boolean =>
    Math.abs(truth.frames[t]! - frame) <= truth.toleranceFrames && Math.abs(truth.along[t]! - along) <= truth.toleranceAlong;
  const inwards = said.filter(({ direction }) => direction === 'in');
  const pairs = pairUp(truth.frames.length, inwards.length, (t, s) => near(t, inwards[s]!));
  const paired = new Set(pairs.map(([, s]) => inwards[s]!));
  const left = inwards.filter((one) => !paired.has(one));
  const double = left.filter((one) => truth.frames.some((_, t) => near(t, one))).length;
  return { found: pairs.length, double, wrongWay: said.length - inwards.length, false: left.length - double };
}

export interface Interval {
  readonly from: number;
  readonly to: number;
}

export interface IntervalJudgement {
  readonly found: number;
  readonly false: number;
  /** Seconds, mean over what was found: how far its length, and its later end, is off. */
  readonly lengthError: number;
  readonly endError: number;
}

/** Visits and the like: an interval is found when what was said overlaps it by at least half of both together. */
export function judgeIntervals(truth: readonly Interval[], said: readonly Interval[], fits = halfShared): IntervalJudgement {
  const pairs = pairUp(truth.length, said.length, (t, s) => fits(truth[t]!, said[s]!));
  const mean = (error: (t: Interval, s: Interval) => number): number =>
    pairs.length === 0 ? 0 : pairs.reduce((sum, [t, s]) => sum + error(truth[t]!, said[s]!), 0) / pairs.length;
  return {
    found: pairs.length,
    false: said.length - pairs.length,
    lengthError: mean((t, s) => Math.abs(t.to - t.from - (s.to - s.from))),
    endError: mean((t, s) => Math.max(Math.abs(t.from - s.from), Math.abs(t.to - s.to))),
  };
}

function halfShared(a: Interval, b: Interval): boolean {
  const shared = Math.min(a.to, b.to) - Math.max(a.from, b.from);
  return shared > 0.5 * (Math.max(a.to, b.to) - Math.min(a.from, b.from));
}
