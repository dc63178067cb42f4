import type { FrameInput, Track } from '@sightline/schemas';
import { associate, associateByLook, associateInPlace, type Candidate, type Pair } from './associate.js';
import { candidatesOf } from './candidates.js';
import { asTrack, fractions } from './corrected.js';
import { expectedMotion, freshCourse, learnFlow, shifted, topSpeed } from './flow.js';
import { freshGround, groundMisfit, learnGround } from './ground.js';
import { blendLook } from './look.js';
import { beginMotion, bufferedIou, correct, sizeOf, type CentredBox, type Motion } from './motion.js';
import type { TrackerOptions } from './options.js';
import { beginPath } from './path.js';
import { knownPlace, learnStill, longestStep, withoutStill } from './still.js';
import { apart, freshLag, learnLag, shownBox } from './shown.js';
import { freshStature, learnStature, whole, withStature } from './stature.js';
import { initialSpeed, leastBirth, type TrackerState, type TrackState } from './state.js';
import { completed, expect, leaving } from './vehicles.js';

/** Confirmed and tentative objects that one camera may have at once; beyond it no track begins. */
const mostTracks = 2000;
/** An object stays while its centre moves less than this part of its size: more than a box flickers, less than a step. */
const stayWithin = 0.35;
/** Overlap from which a box of odd height is about an object that is followed already. */
const sharedPlace = 0.1;
/** Part of it from which a vehicle's box is another's: vehicles hide each other more than people do. */
const partOfIt = 0.5;

/** Moves everything with the picture when the camera shook or panned. */
export function shift({ tracks, places }: TrackerState, { motion: [dx, dy], aspect }: FrameInput): void {
  if (dx === 0 && dy === 0) return;
  for (const place of places) {
    const [x, y, w, h] = place.box;
    place.box = [x + dx * aspect, y + dy, w, h];
  }
  for (const track of tracks) {
    track.motion.x += dx * aspect;
    track.motion.y += dy;
    const [x, y, w, h] = track.box;
    track.box = [x + dx * aspect, y + dy, w, h];
    track.course = shifted(track.course, dx * aspect, dy);
    track.origin = { x: track.origin.x + dx * aspect, y: track.origin.y + dy };
    track.stay = { x: track.stay.x + dx * aspect, y: track.stay.y + dy, since: track.stay.since };
  }
}

/** A frame the gate held back shows what the last one showed: what was seen is seen again, what was hidden stays hidden. */
export function holdStill(tracks: readonly TrackState[], anew: Set<TrackState>, options: TrackerOptions): void {
  for (const track of tracks) {
    if (track.unseen === 0) {
      correct(track.motion, track.box, options);
    } else {
      track.motion.vx = 0;
      track.motion.vy = 0;
      anew.add(track);
    }
  }
}

/** Pairs the frame's detections with the tracks, stage by stage, and begins tracks with what is left. */
export function observe(state: TrackerState, input: FrameInput, seconds: number, anew: Set<TrackState>, options: TrackerOptions): void {
  const all = candidatesOf(input, options);
  const candidates = withoutStill(all, state.places, options);
  const owners = new Map<Candidate, TrackState>();
  const { tracks, grounds } = state;
  for (const candidate of candidates) {
    const ground = grounds[candidate.group];
    if (ground) candidate.odd = groundMisfit(ground, candidate.box, options) > options.groundMisfit;
  }
  for (const track of tracks) if (track.group === 'vehicle') track.leaving = leaving(track, state.aspect);
  const scene = { aspect: state.aspect, topSpeed: topSpeed(state.flow), grounds };
  const take = (pairs: readonly Pair[]): void => {
    for (const { track, candidate } of pairs) {
      owners.set(candidate, track);
      sight(state, track, candidate, input.capturedAt, options);
      if (track.group === 'vehicle' && candidate.score >= options.strong) learnFlow(state.flow, track.course, track.box, input.capturedAt);
      if (track.confirmed && candidate.score >= options.strong) learnGround((grounds[track.group] ??= freshGround()), candidate.box);
    }
  };
  const open = (list: readonly TrackState[]): TrackState[] => list.filter((track) => track.seenAt !== input.capturedAt);
  const free = (from: number, below = Infinity): Candidate[] => candidates.filter((c) => !c.taken && c.score >= from && c.score < below);

  const confirmed = tracks.filter((track) => track.confirmed);
  const followed = confirmed.filter((track) => track.unseen <= Math.max(options.lostSeconds, seconds));
  take(associate(followed, free(options.strong), scene, options));
  take(associate(open(followed), free(0, options.strong), scene, options));
  for (const pair of associateByLook(open(confirmed), free(options.strong), options)) {
    const { track, candidate } = pair;
    Object.assign(track.motion, beginMotion(candidate.box, initialSpeed(track.group, options), options));
    track.apart = null;
    anew.add(track);
    owners.set(candidate, track);
    sight(state, track, candidate, input.capturedAt, options);
  }
  take(associateInPlace(open(confirmed).filter((track) => patience(track, state, options) > options.lostSeconds), free(0), options));
  take(associate(tracks.filter((track) => !track.confirmed && (track.group !== 'vehicle' || track.unseen <= Math.max(options.tentativeSeconds, seconds) + 1e-6)), free(options.strong), scene, options));
  for (const candidate of free(0)) {
    if (candidate.score < leastBirth(candidate.group, options)) continue;
    if (candidate.odd && tracks.some((track) => covers(track, candidate))) continue;
    if (tracks.length < mostTracks) tracks.push(begin(state, candidate, input.capturedAt, options));
  }
  state.watched = Math.min(options.stillSeconds, state.watched + Math.min(seconds, longestStep));
  state.places = learnStill(state.places, all, owners, seconds, options);
}

/** Takes out the tracks that waited too long, or left the frame. */
export function removeStale(state: TrackerState, seconds: number, options: TrackerOptions): TrackState[] {
  const stale: TrackState[] = [];
  state.tracks = state.tracks.filter((track) => {
    if (track.unseen <= Math.max(patience(track, state, options), seconds) + 1e-6) return true;
    stale.push(track);
    return false;
  });
  return stale;
}

/** What is shown now: confirmed objects, seen or coasting for a short time inside the frame; new ones with where they began. */
export function report(state: TrackerState, options: TrackerOptions): Track[] {
  const shown: Track[] = [];
  for (const track of state.tracks) {
    const { motion, unseen } = track;
    if (!track.confirmed || unseen > options.coastSeconds + 1e-6 || (unseen > 0 && walksOut(motion, state.aspect))) continue;
    const box = unseen > 0 ? ([motion.x, motion.y, motion.w, motion.h] as const) : shownBox(motion, track.box, state.lags[track.group]);
    const said = asTrack(track, withStature(track.stature, state.grounds[track.group], box, options), unseen, state.aspect);
    shown.push(track.first ? { ...said, first: fractions(track.first, state.aspect) } : said);
    track.first = null;
  }
  return shown;
}

/** Who is not seen any more, half out of the frame and on the way out, has left. */
function walksOut({ x, y, w, h, vx, vy }: Motion, aspect: number): boolean {
  if (x < 0 || y < 0 || x > aspect || y > 1) return true;
  return (vx < 0 && x < w / 2) || (vx > 0 && x > aspect - w / 2) || (vy < 0 && y < h / 2) || (vy > 0 && y > 1 - h / 2);
}

export function confirmedIds(tracks: readonly TrackState[]): string[] {
  return tracks.filter((track) => track.confirmed).map((track) => track.id);
}

/** Seconds for which a track waits for its object. */
function patience(track: TrackState, { aspect }: TrackerState, options: TrackerOptions): number {
  const { x, y } = track.motion;
  if (!track.confirmed) return options.tentativeSeconds;
  const stood = Math.min(options.stayedSeconds, (track.seenAt - track.stay.since) / 1e6);
  if (stood > options.lostSeconds) return stood;
  if (x < 0 || y < 0 || x > aspect || y > 1) return options.exitSeconds;
  return track.look ? options.lostWithLookSeconds : options.lostSeconds;
}

/** A box of odd height over a followed object is part of it, or it and another. */
function covers({ group, motion: { x, y, w, h } }: TrackState, candidate: Candidate): boolean {
  if (group !== candidate.group) return false;
  return group === 'vehicle' ? sharedPart([x, y, w, h], candidate.box) > partOfIt : bufferedIou([x, y, w, h], candidate.box, 0) > sharedPlace;
}

/** Part of the smaller of two boxes that lies in the other. */
function sharedPart(a: CentredBox, b: CentredBox): number {
  const across = Math.min(a[0] + a[2] / 2, b[0] + b[2] / 2) - Math.max(a[0] - a[2] / 2, b[0] - b[2] / 2);
  const down = Math.min(a[1] + a[3] / 2, b[1] + b[3] / 2) - Math.max(a[1] - a[3] / 2, b[1] - b[3] / 2);
  return across <= 0 || down <= 0 ? 0 : (across * down) / Math.min(a[2] * a[3], b[2] * b[3]);
}

function sight({ aspect, grounds, lags }: TrackerState, track: TrackState, candidate: Candidate, at: number, options: TrackerOptions): void {
  const { unseen } = track;
  const ground = grounds[track.group];
  const box = track.group === 'vehicle' ? completed(candidate.box, track.motion, aspect) : whole(track.stature, ground, track.motion, candidate.box, options);
  // Not of vehicles: what comes out from behind another grows to one side, which is no lag.
  if (track.group !== 'vehicle') {
    if (track.confirmed && track.apart && candidate.score >= options.strong) learnLag((lags[track.group] ??= freshLag()), track.apart, track.motion, box);
    const size = sizeOf(track.motion);
    if (candidate.score >= options.strong) learnStature(track.stature, ground, candidate.box, at, options);
    correct(track.motion, box, options, (2 - candidate.score) / (2 - options.blurScore));
    track.apart = apart(track.motion, box, size);
  } else {
    correct(track.motion, box, options);
  }
  track.box = box;
  track.odd = candidate.odd;
  const [x, y, w, h] = box;
  if (Math.hypot(x - track.stay.x, y - track.stay.y) > stayWithin * sizeOf({ w, h })) track.stay = { x, y, since: at };
  track.arrived ||= Math.hypot(x - track.origin.x, y - track.origin.y) >= sizeOf({ w, h });
  track.score = candidate.score;
  track.maxScore = Math.max(track.maxScore, candidate.score);
  track.votes[candidate.cls] = (track.votes[candidate.cls] ?? 0) + candidate.score;
  if (track.votes[candidate.cls]! > track.votes[track.cls]!) track.cls = candidate.cls;
  track.seenAt = at;
  track.unseen = 0;
  if (!track.confirmed) {
    track.confidence += candidate.score / doubt(candidate, options);
    track.confirmed = track.confidence >= options.confirm;
  }
  if (!candidate.look) return;
  track.looks += 1;
  if (track.look) blendLook(track.look, candidate.look, Math.max(1 / track.looks, 1 - Math.exp(-unseen / options.lookSeconds)));
  else track.look = candidate.look.slice();
}

/** How much more evidence a box needs than one whose height fits the ground. */
function doubt({ odd, group }: Candidate, options: TrackerOptions): number {
  if (!odd) return 1;
  return group === 'vehicle' ? options.vehicleDoubt : options.groundDoubt;
}

function begin(state: TrackerState, candidate: Candidate, at: number, options: TrackerOptions): TrackState {
  const { box, cls, group, score, look, odd } = candidate;
  const arrived = state.watched >= options.stillSeconds && !knownPlace(candidate, state.places);
  const motion = beginMotion(box, initialSpeed(group, options), options);
  if (group === 'vehicle') expect(motion, expectedMotion(state.flow, box), options);
  return {
    id: `${state.epoch.toString(36)}-${state.next++}`,
    group,
    votes: { [cls]: score },
    cls,
    motion,
    box,
    odd,
    stay: { x: box[0], y: box[1], since: at },
    origin: { x: box[0], y: box[1] },
    arrived,
    look: look && look.slice(),
    looks: look ? 1 : 0,
    stature: freshStature(at),
    score,
    maxScore: score,
    confidence: score / doubt(candidate, options),
    confirmed: !odd && score >= options.confirm,
    since: at,
    first: odd || score < options.confirm ? box : null,
    seenAt: at,
    unseen: 0,
    apart: null,
    leaving: 0,
    course: freshCourse(),
    moments: [],
    path: beginPath(options.pathTolerance * sizeOf({ w: box[2], h: box[3] })),
  };
}
