import type { CentredBox, Motion } from './motion.js';

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
  readonly before: Motion;
  readonly after: Motion;
}

/** The box at moments[index], given all moments behind it. */
export function smoothed(moments: readonly Moment[], index: number, sizeDecaySeconds: number): CentredBox {
  let last = index;
  while (last + 1 < moments.length && !moments[last + 1]!.anew) last += 1;
  const end = moments[last]!.after;
  let { x, y, vx, vy, w, h, vw, vh } = end;
  for (let k = last - 1; k >= index; k--) {
    const now = moments[k]!.after;
    const next = moments[k + 1]!.before;
    const t = (moments[k + 1]!.at - moments[k]!.at) / 1e6;
    // Gain C = P Fᵀ N⁻¹ with F = [1 t; 0 1], N the predicted covariance.
    const determinant = next.pp * next.vv - next.pv * next.pv;
    const a = now.pp + t * now.pv;
    const b = now.pv + t * now.vv;
    const c11 = (a * next.vv - now.pv * next.pv) / determinant;
    const c12 = (now.pv * next.pp - a * next.pv) / determinant;
    const c21 = (b * next.vv - now.vv * next.pv) / determinant;
    const c22 = (now.vv * next.pp - b * next.pv) / determinant;
    const ex = x - next.x;
    const ey = y - next.y;
    const evx = vx - next.vx;
    const evy = vy - next.vy;
    x = now.x + c11 * ex + c12 * evx;
    vx = now.vx + c21 * ex + c22 * evx;
    y = now.y + c11 * ey + c12 * evy;
    vy = now.vy + c21 * ey + c22 * evy;

    const decay = Math.exp(-t / sizeDecaySeconds);
    const reach = sizeDecaySeconds * (1 - decay);
    const sizeDeterminant = next.sp * next.ss - next.sv * next.sv;
    const sa = now.sp + reach * now.sv;
    const sb = now.sv + reach * now.ss;
    const s11 = (sa * next.ss - decay * now.sv * next.sv) / sizeDeterminant;
    const s12 = (decay * now.sv * next.sp - sa * next.sv) / sizeDeterminant;
    const s21 = (sb * next.ss - decay * now.ss * next.sv) / sizeDeterminant;
    const s22 = (decay * now.ss * next.sp - sb * next.sv) / sizeDeterminant;
    const ew = w - next.w;
    const eh = h - next.h;
    const evw = vw - next.vw;
    const evh = vh - next.vh;
    w = now.w + s11 * ew + s12 * evw;
    vw = now.vw + s21 * ew + s22 * evw;
    h = now.h + s11 * eh + s12 * evh;
    vh = now.vh + s21 * eh + s22 * evh;
  }
  return [x, y, w, h];
}

/**
 * Whether the track was there at moments[index]: seen then, or between two sightings at most `fillSeconds` apart.
 */
export function present(moments: readonly Moment[], index: number, fillSeconds: number): boolean {
  if (moments[index]!.seen) return true;
  let before = index - 1;
  while (before >= 0 && !moments[before]!.seen) before -= 1;
  let behind = index + 1;
  while (behind < moments.length && !moments[behind]!.seen) behind += 1;
  if (before < 0 || behind >= moments.length) return false;
  return moments[behind]!.at - moments[before]!.at <= fillSeconds * 1e6 + 1;
}
