import { Hold } from './hold.js';
import { ShiftEstimator } from './shift.js';

/**
 * Whether a camera still looks where it looked: the picture of the last seconds against the usual view. Turned a little,
 * its blocks agree on a shift; turned away or covered, its edges are not where they were. The usual view follows light
 * and season slowly, and only while the camera has not moved.
 */
export class MovedWatch {
  readonly #view: Float32Array;
  readonly #recent: Float32Array;
  readonly #shift: ShiftEstimator;
  readonly #viewLevels: Uint8Array;
  readonly #recentLevels: Uint8Array;
  readonly #turned = new Hold(turned.enterSeconds, turned.leaveSeconds);
  readonly #elsewhere = new Hold(elsewhere.enterSeconds, elsewhere.leaveSeconds);
  #began: number | null = null;
  #lastAt = 0;
  #lookedAt = -Infinity;

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    this.#view = new Float32Array(width * height);
    this.#recent = new Float32Array(width * height);
    this.#viewLevels = new Uint8Array(width * height);
    this.#recentLevels = new Uint8Array(width * height);
    this.#shift = new ShiftEstimator(width, height);
  }

  /** `trustworthy`: the picture is neither dark nor blurred nor frozen; otherwise nothing is concluded from it. */
  see(thumb: Uint8Array, seconds: number, trustworthy: boolean): boolean {
    if (this.#began === null) {
      this.#began = this.#lastAt = seconds;
      this.#view.set(thumb);
      this.#recent.set(thumb);
      return false;
    }
    const elapsed = seconds - this.#lastAt;
    if (elapsed < sampleSeconds || !trustworthy) return this.#turned.on || this.#elsewhere.on;
    this.#lastAt = seconds;
    blend(this.#recent, thumb, elapsed / (elapsed + recentSeconds));
    const age = seconds - this.#began;
    if (age < learnSeconds) {
      blend(this.#view, thumb, elapsed / Math.max(elapsed, age));
      return false;
    }
    if (seconds - this.#lookedAt >= lookSeconds) {
      this.#lookedAt = seconds;
      const { dx, dy, agreement } = this.#shift.between(levels(this.#view, this.#viewLevels), levels(this.#recent, this.#recentLevels));
      const alike = this.#alike();
      const far = Math.hypot(dx / this.width, dy / this.width);
      this.#turned.see(seconds, far > turned.least && agreement > turned.agreement, far < turned.least / 2 && agreement > turned.agreement / 2);
      this.#elsewhere.see(seconds, alike < elsewhere.least, alike > elsewhere.back);
    }
    const moved = this.#turned.on || this.#elsewhere.on;
    if (!moved) blend(this.#view, this.#recent, elapsed / followSeconds);
    return moved;
  }

  /** Correlation of the edges of the usual view with those of the last seconds, −1..1. Light does not change it much. */
  #alike(): number {
    let ab = 0;
    let aa = 0;
    let bb = 0;
    for (let y = 1; y < this.height - 1; y++) {
      for (let p = y * this.width + 1, end = p + this.width - 2; p < end; p++) {
        const ax = this.#view[p + 1]! - this.#view[p - 1]!;
        const ay = this.#view[p + this.width]! - this.#view[p - this.width]!;
        const bx = this.#recent[p + 1]! - this.#recent[p - 1]!;
        const by = this.#recent[p + this.width]! - this.#recent[p - this.width]!;
        ab += ax * bx + ay * by;
        aa += ax * ax + ay * ay;
        bb += bx * bx + by * by;
      }
    }
    return aa > 0 && bb > 0 ? ab / Math.sqrt(aa * bb) : 1;
  }
}

function levels(from: Float32Array, to: Uint8Array): Uint8Array {
  for (let i = 0; i < to.length; i++) to[i] = from[i]! + 0.5;
  return to;
}

function blend(to: Float32Array, from: ArrayLike<number>, share: number): void {
  for (let i = 0; i < to.length; i++) to[i]! += (from[i]! - to[i]!) * share;
}

/** Pictures are taken into account twice a second, compared once a second. */
const sampleSeconds = 0.5;
const lookSeconds = 1;
/** The usual view is the mean of the first seconds: long enough that who walks through leaves little. */
const learnSeconds = 10;
/** Passers-by fade from the picture of the last seconds, a turn of the camera shows in it soon. */
const recentSeconds = 3;
/** The sun moves on within a quarter of an hour. */
const followSeconds = 900;
/** Turned: 2 % of the width, at which a zone's edge is off by a person's foot; half of the blocks say so. */
const turned = { least: 0.02, agreement: 0.5, enterSeconds: 3, leaveSeconds: 3 };
/** Elsewhere: edges correlate less than any passing crowd or lorry leaves them for so long. */
const elsewhere = { least: 0.25, back: 0.4, enterSeconds: 10, leaveSeconds: 5 };
