import { knownHeight, type Ground } from './ground.js';
import type { CentredBox, Motion } from './motion.js';
import type { TrackerOptions } from './options.js';

/**
 * How tall someone is for where he stands: his boxes' height over what the ground makes of their foot, averaged over some
 * seconds. People differ by a tenth and stay as tall as they are while they walk near and far, so a box that shows half of
 * one, or one and his neighbour, is known for what it is and completed by the side that stands where it was expected.
 */
export interface Stature {
  /** Seconds that it is known from. */
  seconds: number;
  /** Mean of ln(height / expected). */
  ratio: number;
  /** µs of the last box it learned from. */
  at: number;
}

/** Seconds after which a stature is used: the mean of a step's ups and downs. */
const settledAfter = 1;
/** What a box counts for that does not fit: legs are hidden for a while, who sits stays seated. */
const hiddenShare = 0.1;
/** One box stands for no more than this many seconds. */
const longestStep = 1;

export function freshStature(at: number): Stature {
  return { seconds: 0, ratio: 0, at };
}

/** Learns from a clear box. */
export function learnStature(stature: Stature, ground: Ground | undefined, [, y, , h]: CentredBox, at: number, options: TrackerOptions): void {
  const expected = knownHeight(ground, y + h / 2, options);
  if (expected === null) return;
  const step = Math.min(longestStep, (at - stature.at) / 1e6);
  stature.at = at;
  if (step <= 0) return;
  stature.seconds = Math.min(stature.seconds + step, options.statureSeconds);
  const off = Math.log(h / expected) - stature.ratio;
  const hidden = stature.seconds >= settledAfter && Math.abs(off) > options.statureMisfit;
  stature.ratio += (hidden ? hiddenShare : 1) * Math.max(step / stature.seconds, 1 - Math.exp(-step / options.statureSeconds)) * off;
}

/** The height of someone whose foot is at `foot`, frame heights; null while it is not known. */
export function heightAt(stature: Stature, ground: Ground | undefined, foot: number, options: TrackerOptions): number | null {
  if (stature.seconds < settledAfter) return null;
  const expected = knownHeight(ground, foot, options);
  return expected === null ? null : expected * Math.exp(stature.ratio);
}

/**
 * A box that is too short or too long for its owner, with the height he has: of head and foot that side stays which is nearer to where it was
 * expected. */
export function whole(stature: Stature, ground: Ground | undefined, motion: Motion, box: CentredBox, options: TrackerOptions): CentredBox {
  const foot = motion.y + motion.h / 2;
  const height = heightAt(stature, ground, foot, options);
  const [x, y, w, h] = box;
  if (height === null || Math.abs(Math.log(h / height)) < options.statureMisfit) return box;
  const headOff = Math.abs(y - h / 2 - (foot - height));
  const footOff = Math.abs(y + h / 2 - foot);
  return headOff < footOff ? [x, y - h / 2 + height / 2, w, height] : [x, y + h / 2 - height / 2, w, height];
}

/** A followed box with most of its owner's height, standing where it stood. */
export function withStature(stature: Stature, ground: Ground | undefined, [x, y, w, h]: CentredBox, options: TrackerOptions): CentredBox {
  const foot = y + h / 2;
  const height = heightAt(stature, ground, foot, options);
  if (height === null) return [x, y, w, h];
  const shown = h * (height / h) ** options.statureShare;
  return [x, foot - shown / 2, w, shown];
}
