import type { CentredBox, MotionNumbers } from './motion.js';

/**
 * What is known of a track a little later: the Rauch–Tung–Striebel smoother over the filtered states of the last second
 * (Rauch, Tung & Striebel 1965; fixed lag as in Bar-Shalom, Li & Kirubarajan 2001, ch. 8). A gap between two sightings is
 * filled by the same means.
 */
export interface Moment {
  /** µs. */
  readonly at: number;
  /** Whether a detection supported the track then. */
  readonly seen: boolean;
  /** The track was found again elsewhere: what lies before says nothing about what lies behind. */
  readonly anew: boolean;
  /** The state predicted for this moment from the one before, and after the measurement. */
  readonly before: MotionNumbers;
  readonly after: MotionNumbers;
}

/** Where in MotionNumbers a pair of coordinates and its covariance stand. */
const centre = { value: 0, speed: 2, p: 8 } as const;
const sides = { value: 4, speed: 6, p: 11 } as const;

/** The box at moments[index], given all moments behind it. */
export function smoothed(moments: readonly Moment[], index: number, sizeDecaySeconds: number): CentredBox {
  let last = index;
  while (last + 1 < moments.length && !moments[last + 1]!.anew) last += 1;
  const [x, y] = goBack(moments, index, last, centre, Infinity);
  const [w, h] = goBack(moments, index, last, sides, sizeDecaySeconds);
  return [x, y, w, h];
}

/** Two coordinates that share a covariance, carried back from moments[last] to moments[first]. */
function goBack(moments: readonly Moment[], first: number, last: number, at: typeof centre | typeof sides, decaySeconds: number): readonly [number, number] {
  const end = moments[last]!.after;
  let a = end[at.value]!;
  let b = end[at.value + 1]!;
  let va = end[at.speed]!;
  let vb = end[at.speed + 1]!;
  for (let k = last - 1; k >= first; k--) {
    const now = moments[k]!.after;
    const next = moments[k + 1]!.before;
    const seconds = (moments[k + 1]!.at - moments[k]!.at) / 1e6;
    const decay = decaySeconds === Infinity ? 1 : Math.exp(-seconds / decaySeconds);
    const reach = decaySeconds === Infinity ? seconds : decaySeconds * (1 - decay);
    // Gain C = P Fᵀ N⁻¹ with F = [1 reach; 0 decay], P the covariance here and N the one predicted for the next moment.
    const pp = now[at.p]!;
    const pv = now[at.p + 1]!;
    const vv = now[at.p + 2]!;
    const npp = next[at.p]!;
    const npv = next[at.p + 1]!;
    const nvv = next[at.p + 2]!;
    const determinant = npp * nvv - npv * npv;
    const top = pp + reach * pv;
    const bottom = pv + reach * vv;
    const c11 = (top * nvv - decay * pv * npv) / determinant;
    const c12 = (decay * pv * npp - top * npv) / determinant;
    const c21 = (bottom * nvv - decay * vv * npv) / determinant;
    const c22 = (decay * vv * npp - bottom * npv) / determinant;
    const ea = a - next[at.value]!;
    const eb = b - next[at.value + 1]!;
    const eva = va - next[at.speed]!;
    const evb = vb - next[at.speed + 1]!;
    a = now[at.value]! + c11 * ea + c12 * eva;
    b = now[at.value + 1]! + c11 * eb + c12 * evb;
    va = now[at.speed]! + c21 * ea + c22 * eva;
    vb = now[at.speed + 1]! + c21 * eb + c22 * evb;
  }
  return [a, b];
}

/** Longest gap that is ever filled, in `fillSeconds`: two steps around one missing frame. */
export const longestGap = 2;

/**
 * Whether the track was there at moments[index]: seen then, or between two sightings at most `fillSeconds` apart; between frames at
 * most that far apart one may be missing, so that two frames a second are not on the edge of the rule.
 */
export function present(moments: readonly Moment[], index: number, fillSeconds: number): boolean {
  if (moments[index]!.seen) return true;
  let before = index - 1;
  while (before >= 0 && !moments[before]!.seen) before -= 1;
  let behind = index + 1;
  while (behind < moments.length && !moments[behind]!.seen) behind += 1;
  if (before < 0 || behind >= moments.length) return false;
  const gap = moments[behind]!.at - moments[before]!.at;
  return gap <= (behind - before === 2 ? longestGap : 1) * fillSeconds * 1e6 + 1;
}
