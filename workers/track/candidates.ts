import type { FrameInput } from '@sightline/schemas';
import type { Candidate } from './associate.js';
import { decodeLook } from './look.js';
import { bufferedIou } from './motion.js';
import type { TrackerOptions } from './options.js';
import { groupOf } from './state.js';
import { partOf } from './vehicles.js';

/** Detections of one frame beyond this many, weakest first, are ignored: no camera shows so many objects apart. */
const mostDetections = 1000;
/** Overlap from which two boxes of one group but different classes are one object named twice, such as car and truck. */
const sameObject = 0.7;

/** The detections that take part, in frame heights, strongest first; ties keep their order. */
export function candidatesOf(input: FrameInput, options: TrackerOptions): Candidate[] {
  const { aspect } = input;
  const candidates: Candidate[] = [];
  for (const { x, y, w, h, cls, score, appearance } of input.detections) {
    if (!(score >= options.floor) || !(w > 0) || !(h > 0) || !Number.isFinite(x + y + w + h)) continue;
    const look = appearance === undefined ? null : decodeLook(appearance);
    candidates.push({ box: [(x + w / 2) * aspect, y + h / 2, w * aspect, h], cls, group: groupOf(cls), score, look, odd: false, taken: false });
  }
  candidates.sort((a, b) => b.score - a.score);
  return withoutDoubles(candidates.slice(0, mostDetections), options);
}

/** Without second names of one object, and without weak boxes of a part of a vehicle. */
function withoutDoubles(candidates: readonly Candidate[], { strong }: TrackerOptions): Candidate[] {
  const kept: Candidate[] = [];
  for (const candidate of candidates) {
    const named = candidate.group !== candidate.cls && kept.some((other) => other.group === candidate.group && other.cls !== candidate.cls && bufferedIou(other.box, candidate.box, 0) >= sameObject);
    const part = candidate.group === 'vehicle' && candidate.score < strong && kept.some((other) => other.group === 'vehicle' && partOf(candidate.box, other.box));
    if (!named && !part) kept.push(candidate);
  }
  return kept;
}
