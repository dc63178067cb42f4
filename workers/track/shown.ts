import { sizeOf, type CentredBox, type Motion } from './motion.js';

/**
 * Where an object is shown: between where its motion puts it and where the detector saw it. How far is learned per camera and
 * class, from how much of what lay between the two is still there when it is seen next (a filter is right when its
 * innovations are white: Mehra 1970, doi:10.1109/TAC.1970.1099422). Nothing of it: that was the detector's tremble. All of it: the
 * object had gone on, as people do who change their step, and the filter lags behind.
 */
export interface Lag {
  /** Sum of squared distances from motion to box, and of their products with those from the awaited place to the next box; object sizes. */
  apart: number;
  carried: number;
}

/** From an object's motion to the box it was seen in, object sizes. */
export type Apart = readonly [x: number, y: number];

/** Sightings in effect: a minute or two of a few people. */
const memory = 500;
/** At first it is taken to be tremble: so many sightings that carried nothing over … */
const prior = 50;
/** … half a box's tremble from their motion, object sizes. */
const priorApart = 0.035;

export function freshLag(): Lag {
  return { apart: prior * 2 * priorApart ** 2, carried: 0 };
}

export function apart({ x, y }: Motion, box: CentredBox, size: number): Apart {
  return [(box[0] - x) / size, (box[1] - y) / size];
}

/** `before` is how far apart both were at the last sighting, `motion` where it is awaited now, `box` where it is. */
export function learnLag(lag: Lag, before: Apart, motion: Motion, box: CentredBox): void {
  const [x, y] = apart(motion, box, sizeOf(motion));
  const keep = 1 - 1 / memory;
  lag.apart = keep * lag.apart + before[0] * before[0] + before[1] * before[1];
  lag.carried = keep * lag.carried + before[0] * x + before[1] * y;
}

/** The box shown for an object that is seen: its motion's, moved towards where it was seen. */
export function shownBox({ x, y, w, h }: Motion, box: CentredBox, lag: Lag | undefined): CentredBox {
  if (!lag || lag.carried <= 0) return [x, y, w, h];
  const share = Math.min(1, lag.carried / lag.apart);
  return [x + share * (box[0] - x), y + share * (box[1] - y), w, h];
}
