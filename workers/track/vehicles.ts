import type { ExpectedMotion } from './flow.js';
import { sizeOf, type CentredBox, type Motion } from './motion.js';
import type { TrackerOptions } from './options.js';
import type { TrackState } from './state.js';

/**
 * What is known of vehicles and of nobody else: who drives does not come back the way it went, and who stands at the
 * picture's edge is about to be gone. At two frames a second a vehicle moves its own length from one frame to the next, and the
 * one behind it stands where it was: these two keep it from being taken for that one.
 */

/** Speeds below this many standard deviations of their own doubt say nothing about where a vehicle heads. */
const sureSpeed = 2;
/** Nor do speeds below this many sizes a second: a box trembles by that much. */
const leastSpeed = 0.3;
/** Part of a weak box within a stronger one from which it is the roof or the front of that. */
const within = 0.85;
/** A box whose side is this near to the frame's border, as a part of it, is cut by it. */
const atBorder = 0.05;

/** Whether a vehicle can have got to a box: not against its own heading, for as long as it would take to stop and turn. */
export function canReach(track: TrackState, [x, y]: CentredBox, options: TrackerOptions): boolean {
  const { motion, box, unseen } = track;
  const heading = headingOf(track);
  if (!heading) return true;
  const along = (x - box[0]) * heading[0] + (y - box[1]) * heading[1];
  return along >= -sizeOf(motion) * (options.vehicleBack + Math.max(0, unseen - options.vehicleTurnSeconds));
}

/** Sizes a second that it would have to go beyond the noise of two boxes, in sizes between its own and the box's: what goes away shrinks on its way. */
export function speedTo({ box, unseen }: TrackState, [x, y, w, h]: CentredBox, options: TrackerOptions): number {
  const size = Math.sqrt(sizeOf({ w: box[2], h: box[3] }) * sizeOf({ w, h }));
  return Math.max(0, Math.hypot(x - box[0], y - box[1]) / size - options.vehicleBack) / Math.max(unseen, 1e-3);
}

/** The direction in which a vehicle goes for sure, of length 1: the way of its last places, else of its filtered speed. */
function headingOf({ motion, course: { places } }: TrackState): readonly [number, number] | null {
  const size = sizeOf(motion);
  const [first, last] = [places[0], places.at(-1)];
  if (first && last && places.length > 2) {
    const [dx, dy] = [last.x - first.x, last.y - first.y];
    const way = Math.hypot(dx, dy);
    const onwards = places.every((place, k) => k === 0 || (place.x - places[k - 1]!.x) * dx + (place.y - places[k - 1]!.y) * dy > 0);
    if (onwards && way > size) return [dx / way, dy / way];
  }
  const speed = Math.hypot(motion.vx, motion.vy);
  return speed < leastSpeed * size || speed < sureSpeed * Math.sqrt(motion.vv) ? null : [motion.vx / speed, motion.vy / speed];
}

/**
 * A vehicle's box where the frame cuts it: the sides that are seen stay, the one beyond the border lies where the size it
 * had puts it. So its speed goes on, and it is known to have left.
 */
export function completed([x, y, w, h]: CentredBox, { w: width, h: height }: { readonly w: number; readonly h: number }, aspect: number): CentredBox {
  const [cx, cw] = completeSide(x, w, width, aspect);
  const [cy, ch] = completeSide(y, h, height, 1);
  return [cx, cy, cw, ch];
}

/** |ln ratio| of the sides that fit better: a vehicle that comes out from behind another grows in one direction at once. */
export function sizeMisfit([, , w, h]: CentredBox, motion: { readonly w: number; readonly h: number }): number {
  return Math.min(Math.abs(Math.log(w / motion.w)), Math.abs(Math.log(h / motion.h)));
}

function completeSide(centre: number, side: number, known: number, end: number): [centre: number, side: number] {
  const low = centre - side / 2 < atBorder * side;
  const high = centre + side / 2 > end - atBorder * side;
  if (low === high || known <= side) return [centre, side];
  return [low ? centre + side / 2 - known / 2 : centre - side / 2 + known / 2, known];
}

/** How likely it is that a vehicle has left the picture since it was last seen, 0..1: what of it lies outside by now. */
export function leaving({ motion: { x, y, w, h }, box, course }: TrackState, aspect: number): number {
  const across = Math.max(0, Math.min(aspect, x + w / 2) - Math.max(0, x - w / 2));
  const down = Math.max(0, Math.min(1, y + h / 2) - Math.max(0, y - h / 2));
  const outside = 1 - (across * down) / (w * h);
  if (course.places.length > 1) return outside;
  // Seen once: where it heads is unknown, but half of those that are cut by the border are on their way out.
  const [bx, by, bw, bh] = box;
  const cut = completeSide(bx, bw, 2 * bw, aspect)[1] > bw || completeSide(by, bh, 2 * bh, 1)[1] > bh;
  return Math.max(outside, cut ? 0.5 : 0);
}

/** Whether a vehicle may come back by its looks: nothing hides one that drives for long, and what has left the picture has left. */
export function mayReturn({ leaving: gone, unseen }: TrackState, options: TrackerOptions): boolean {
  return gone < 0.5 && unseen <= options.lostSeconds;
}

/** Whether a box is a part of another's object: nearly all of it lies within the other. */
export function partOf([x, y, w, h]: CentredBox, [ox, oy, ow, oh]: CentredBox): boolean {
  const across = Math.min(x + w / 2, ox + ow / 2) - Math.max(x - w / 2, ox - ow / 2);
  const down = Math.min(y + h / 2, oy + oh / 2) - Math.max(y - h / 2, oy - oh / 2);
  return across > 0 && down > 0 && across * down > within * w * h;
}

/** Begins a vehicle's motion as others moved at its place. */
export function expect(motion: Motion, expected: ExpectedMotion | null, options: TrackerOptions): void {
  if (!expected) return;
  const size = sizeOf(motion);
  motion.vx = expected.u * size;
  motion.vy = expected.v * size;
  motion.vv = (Math.min(options.initialVehicleSpeed, Math.hypot(expected.spread, options.vehicleDifference)) * size) ** 2;
}
