import type { Box, FinishedTrack, Track } from '@sightline/schemas';
import type { CentredBox } from './motion.js';
import type { TrackerOptions } from './options.js';
import { extendPath, medianHeight, pathPoints } from './path.js';
import { longestGap, present, smoothed } from './smooth.js';
import type { TrackerState, TrackState } from './state.js';

/** A frame as it turned out within the correction's delay. */
export interface CorrectedFrame {
  /** µs. */
  readonly at: number;
  readonly tracks: readonly Track[];
}

/** Corrects the frames that have waited long enough at `now` (µs; Infinity: all), and lengthens the paths by them. */
export function correctedFrames(state: TrackerState, now: number, options: TrackerOptions): CorrectedFrame[] {
  const frames: CorrectedFrame[] = [];
  const delay = options.delaySeconds * 1e6;
  while (state.pending.length > 0 && state.pending[0]! + delay <= now) {
    const at = state.pending.shift()!;
    const tracks: Track[] = [];
    for (const track of state.leaving) correctAt(track, at, state.aspect, options, tracks);
    for (const track of state.tracks) correctAt(track, at, state.aspect, options, tracks);
    frames.push({ at, tracks });
  }
  if (frames.length > 0) {
    const oldest = state.pending[0] ?? Infinity;
    for (const track of state.tracks) forget(track, oldest - longestGap * options.fillSeconds * 1e6, oldest);
  }
  return frames;
}

/** Takes out the ended tracks whose last sighting is corrected, as rows of the table `tracks`. */
export function finish(state: TrackerState): FinishedTrack[] {
  const oldest = state.pending[0] ?? Infinity;
  const finished: FinishedTrack[] = [];
  state.leaving = state.leaving.filter((track) => {
    if (track.seenAt >= oldest) return true;
    const row = track.confirmed ? finishedTrack(track, state.aspect) : null;
    if (row) finished.push(row);
    return false;
  });
  return finished;
}

function correctAt(track: TrackState, at: number, aspect: number, options: TrackerOptions, into: Track[]): void {
  if (!track.confirmed) return;
  const { moments } = track;
  let index = 0;
  while (index < moments.length && moments[index]!.at < at) index += 1;
  if (moments[index]?.at !== at || !present(moments, index, options.fillSeconds)) return;
  const box = smoothed(moments, index, options.sizeDecaySeconds);
  extendPath(track.path, at, box[0], box[1] + box[3] / 2, box[3]);
  let seenAt = index;
  while (!moments[seenAt]!.seen) seenAt -= 1;
  into.push(asTrack(track, box, (at - moments[seenAt]!.at) / 1e6, aspect));
}

/** A track's public form; the box in fractions of the frame. */
export function asTrack(track: TrackState, box: CentredBox, coasting: number, aspect: number): Track {
  const [x, y, w, h] = box;
  // Written out: spreading `fractions` here was a tenth of a frame's whole cost.
  return { x: (x - w / 2) / aspect, y: y - h / 2, w: w / aspect, h, id: track.id, cls: track.cls, score: track.score, since: track.since, coasting };
}

/** A box in fractions of the frame, by its top left corner. */
export function fractions([x, y, w, h]: CentredBox, aspect: number): Box {
  return { x: (x - w / 2) / aspect, y: y - h / 2, w: w / aspect, h };
}

/** Drops what no correction will ask for: moments before the oldest pending one, but for a sighting that a gap may begin with. */
function forget(track: TrackState, mostRecentUseless: number, oldest: number): void {
  const { moments } = track;
  let keep = 0;
  while (keep < moments.length && moments[keep]!.at < oldest) keep += 1;
  while (keep > 0 && !moments[Math.min(keep, moments.length - 1)]!.seen && moments[keep - 1]!.at >= mostRecentUseless) keep -= 1;
  if (keep > 0) moments.splice(0, keep);
}

function finishedTrack(track: TrackState, aspect: number): FinishedTrack | null {
  const points = pathPoints(track.path);
  const from = track.path.from;
  if (from === null || points.length === 0) return null;
  return {
    id: track.id,
    cls: track.cls,
    from,
    to: from + points.at(-1)![0],
    path: points.map(([t, x, y]) => [t, x / aspect, y] as const),
    height: medianHeight(track.path),
    maxScore: track.maxScore,
  };
}
