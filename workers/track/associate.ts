import { assign, type Edge } from './assign.js';
import type { Ground } from './ground.js';
import { lookDistance } from './look.js';
import { bufferedIou, distanceSquared, sizeOf, type CentredBox } from './motion.js';
import type { TrackerOptions } from './options.js';
import type { TrackState } from './state.js';
import { whole } from './stature.js';
import { canReach, completed, mayReturn, sizeMisfit, speedTo } from './vehicles.js';

/** A detection as the tracker takes it: centre and sides in frame heights. */
export interface Candidate {
  readonly box: CentredBox;
  readonly cls: string;
  readonly group: string;
  readonly score: number;
  readonly look: Float32Array | null;
  /** Its height does not fit the ground where it stands. */
  odd: boolean;
  taken: boolean;
}

export interface Pair {
  readonly track: TrackState;
  readonly candidate: Candidate;
}

/** What all pairs of a frame have in common. */
export interface Scene {
  /** width / height of the picture. */
  readonly aspect: number;
  /** Sizes a second that no vehicle goes beyond here. */
  readonly topSpeed: number;
  /** By group of classes. */
  readonly grounds: Readonly<Record<string, Ground>>;
}

/**
 * Pairs tracks with candidates by where they are expected, how large they are and, where both are known, how they look.
 * Every pair's candidate is marked as taken.
 */
export function associate(tracks: readonly TrackState[], candidates: readonly Candidate[], scene: Scene, options: TrackerOptions): Pair[] {
  if (tracks.length === 0 || candidates.length === 0) return [];
  const byX = candidates.map((_, index) => index).sort((a, b) => candidates[a]!.box[0] - candidates[b]!.box[0] || a - b);
  const edges: Edge[] = [];
  for (let row = 0; row < tracks.length; row++) {
    const track = tracks[row]!;
    const { motion } = track;
    const size = sizeOf(motion);
    const reach = Math.sqrt(options.gate * (motion.pp + (options.positionNoise * size) ** 2));
    for (let at = firstFrom(byX, candidates, motion.x - reach); at < byX.length; at++) {
      const column = byX[at]!;
      const candidate = candidates[column]!;
      if (candidate.box[0] > motion.x + reach) break;
      const cost = pairCost(track, candidate, size, scene, options);
      if (cost !== null) edges.push({ row, column, cost });
    }
  }
  return settle(tracks, candidates, edges, options.unmatched);
}

/** Pairs lost tracks with candidates that look the same and lie within reach of where the object was lost. */
export function associateByLook(tracks: readonly TrackState[], candidates: readonly Candidate[], options: TrackerOptions): Pair[] {
  const edges: Edge[] = [];
  for (let row = 0; row < tracks.length; row++) {
    const track = tracks[row]!;
    if (!track.look || (track.group === 'vehicle' && !mayReturn(track, options))) continue;
    const size = sizeOf({ w: track.box[2], h: track.box[3] });
    const reach = (options.returnReach + options.returnSpeed * track.unseen) * size;
    for (let column = 0; column < candidates.length; column++) {
      const { box, look, group, odd } = candidates[column]!;
      if (!look || group !== track.group || odd !== track.odd) continue;
      if (Math.hypot(box[0] - track.box[0], box[1] - track.box[1]) > reach) continue;
      if (Math.abs(Math.log(box[3] / track.box[3])) > options.sizeGate + options.sizeGateGrowth * track.unseen) continue;
      if (group === 'vehicle' && !canReach(track, box, options)) continue;
      const distance = lookDistance(track.look, look);
      if (distance < options.returnLook) edges.push({ row, column, cost: distance });
    }
  }
  return settle(tracks, candidates, edges, options.returnLook);
}

/** Pairs tracks that stood with boxes that stand in the very same place. */
export function associateInPlace(tracks: readonly TrackState[], candidates: readonly Candidate[], options: TrackerOptions): Pair[] {
  const edges: Edge[] = [];
  for (let row = 0; row < tracks.length; row++) {
    const track = tracks[row]!;
    for (let column = 0; column < candidates.length; column++) {
      const { box, look, group } = candidates[column]!;
      if (group !== track.group) continue;
      const overlap = bufferedIou(track.box, box, 0);
      if (overlap < options.stayedOverlap) continue;
      if (track.look && look && lookDistance(track.look, look) > options.returnLook) continue;
      edges.push({ row, column, cost: -overlap });
    }
  }
  return settle(tracks, candidates, edges, 0);
}

/** The price of a pair less what its own kind costs to leave alone, so that pairs with and without look compare; null: impossible. */
function pairCost(track: TrackState, candidate: Candidate, size: number, { aspect, topSpeed, grounds }: Scene, options: TrackerOptions): number | null {
  if (candidate.group !== track.group) return null;
  const { motion } = track;
  const box = expectedBox(track, candidate, aspect, grounds, options);
  if (distanceSquared(motion, box, options) > options.gate) return null;
  if (track.group === 'vehicle' && (!canReach(track, box, options) || speedTo(track, box, options) > topSpeed)) return null;
  const ratio = Math.abs(Math.log((track.group === 'vehicle' ? box : candidate.box)[3] / motion.h));
  if ((track.group === 'vehicle' ? sizeMisfit(box, motion) : ratio) > options.sizeGate + options.sizeGateGrowth * track.unseen) return null;
  if (track.group !== 'vehicle' && candidate.odd !== track.odd && ratio > options.groundStep) return null;
  const buffer = Math.min(options.bufferMost, options.buffer + Math.sqrt(motion.pp) / size);
  let cost = 1 - bufferedIou([motion.x, motion.y, motion.w, motion.h], box, buffer) + options.sizeCost * ratio + options.vehicleLeaving * track.leaving;
  if (track.look && candidate.look) {
    const vehicle = track.group === 'vehicle';
    const difference = (lookDistance(track.look, candidate.look) - (vehicle ? options.vehicleLookFree : options.lookFree)) / (vehicle ? options.vehicleLookScale : options.lookScale);
    cost += Math.min(1, Math.max(0, difference)) + options.unmatched - options.unmatchedWithLook;
  }
  return cost;
}

/** The candidate's box if it is this track's: a person's is completed only where looks say whose it may be, or every half of somebody would fit. */
function expectedBox({ group, motion, look, stature }: TrackState, candidate: Candidate, aspect: number, grounds: Scene['grounds'], options: TrackerOptions): CentredBox {
  if (group === 'vehicle') return completed(candidate.box, motion, aspect);
  return look && candidate.look ? whole(stature, grounds[group], motion, candidate.box, options) : candidate.box;
}

function settle(tracks: readonly TrackState[], candidates: readonly Candidate[], edges: readonly Edge[], unmatched: number): Pair[] {
  const columnOf = assign(tracks.length, candidates.length, edges, unmatched);
  const pairs: Pair[] = [];
  for (let row = 0; row < tracks.length; row++) {
    const column = columnOf[row]!;
    if (column < 0) continue;
    const candidate = candidates[column]!;
    candidate.taken = true;
    pairs.push({ track: tracks[row]!, candidate });
  }
  return pairs;
}

function firstFrom(byX: readonly number[], candidates: readonly Candidate[], x: number): number {
  let low = 0;
  let high = byX.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (candidates[byX[middle]!]!.box[0] < x) low = middle + 1;
    else high = middle;
  }
  return low;
}
