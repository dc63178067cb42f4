import type { CentredBox } from './motion.js';
import type { TrackerOptions } from './options.js';

/**
 * How tall objects of a group are where they stand, learned from those that are tracked. On flat ground seen by one camera
 * an object's height in the picture is linear in the height of its foot (Hoiem, Efros & Hebert 2008); where the fit does not
 * hold, stairs or a camera overhead, nothing is judged by it.
 */
export interface Ground {
  /** Sums over samples, old ones fading: number, foot, height, foot², foot·height, and squared |ln| of the misfit. */
  n: number;
  y: number;
  h: number;
  yy: number;
  yh: number;
  misfit: number;
  misfits: number;
}

/** Samples kept in effect: some minutes of a busy camera, so that a camera that was turned is learned anew. */
const memory = 20_000;
/** Root mean square of ln(height / expected) above which the ground is not flat: people differ by .1, boxes by another .1. */
const leastFit = 0.2;

export function freshGround(): Ground {
  return { n: 0, y: 0, h: 0, yy: 0, yh: 0, misfit: 0, misfits: 0 };
}

/** Learns from the box of an object that is followed. */
export function learnGround(ground: Ground, [, y, , h]: CentredBox): void {
  const expected = expectedHeight(ground, y + h / 2);
  if (ground.n >= memory) for (const key of ['n', 'y', 'h', 'yy', 'yh', 'misfit', 'misfits'] as const) ground[key] /= 2;
  if (expected !== null) {
    ground.misfit += Math.log(h / expected) ** 2;
    ground.misfits += 1;
  }
  const foot = y + h / 2;
  ground.n += 1;
  ground.y += foot;
  ground.h += h;
  ground.yy += foot * foot;
  ground.yh += foot * h;
}

/** |ln(height / expected)| of a box, or 0 where nothing is known yet or the ground is not flat. */
export function groundMisfit(ground: Ground, [, y, , h]: CentredBox, options: Pick<TrackerOptions, 'groundSamples'>): number {
  const expected = knownHeight(ground, y + h / 2, options);
  return expected === null ? 0 : Math.abs(Math.log(h / expected));
}

/** The height to expect over a foot, or null where nothing is known yet or the ground is not flat. */
export function knownHeight(ground: Ground | undefined, foot: number, options: Pick<TrackerOptions, 'groundSamples'>): number | null {
  if (!ground || ground.misfits < options.groundSamples || ground.misfit > leastFit ** 2 * ground.misfits) return null;
  return expectedHeight(ground, foot);
}

function expectedHeight({ n, y, h, yy, yh }: Ground, foot: number): number | null {
  if (n < 10) return null;
  // A prior of one sample's weight at no slope keeps the fit calm while everyone stands at one depth.
  const spread = yy - (y * y) / n + 1e-3;
  const slope = (yh - (y * h) / n) / spread;
  const expected = h / n + slope * (foot - y / n);
  return expected > 0.2 * (h / n) ? expected : null;
}
