import { SightlineError } from '@sightline/runtime/errors';
import { freshCourse, freshFlow, type Course, type Flow } from './flow.js';
import type { Ground } from './ground.js';
import { packLook, unpackLook } from './look.js';
import type { CentredBox, Motion } from './motion.js';
import type { TrackerOptions } from './options.js';
import type { PathState } from './path.js';
import type { Apart, Lag } from './shown.js';
import type { Moment } from './smooth.js';
import { freshStature, type Stature } from './stature.js';
import type { StillPlace } from './still.js';

/** Everything a tracker remembers; plain data but for the looks, so that a snapshot is one JSON value. */
export interface TrackerState {
  /** µs of the last frame, null before the first. */
  at: number | null;
  epoch: number;
  /** width / height of the frame. */
  aspect: number;
  /** Number of the next track of this epoch. */
  next: number;
  tracks: TrackState[];
  /** Ended, but their last second is still to be corrected. */
  leaving: TrackState[];
  /** µs of frames whose correction is still to come, oldest first. */
  pending: number[];
  /** Learned per group of classes. */
  readonly grounds: Record<string, Ground>;
  readonly lags: Record<string, Lag>;
  /** Seconds of analysed frames, up to what a place needs to be known. */
  watched: number;
  /** How vehicles move where. */
  readonly flow: Flow;
  /** Where something that is no object always stands. */
  places: StillPlace[];
}

export interface TrackState {
  readonly id: string;
  /** Classes among which a detector wavers are one group: only boxes of the same group can be the same object. */
  readonly group: string;
  /** Summed score by class; the greatest names the object. */
  readonly votes: Record<string, number>;
  cls: string;
  readonly motion: Motion;
  /** The box that was last measured. */
  box: CentredBox;
  /** Where the object has stayed, within half its size, and µs since when. */
  stay: { readonly x: number; readonly y: number; readonly since: number };
  /** It was seen to come: it has moved by its size, or began clearly where nothing had stood. */
  arrived: boolean;
  /** Where it was first seen: centre, frame heights. */
  origin: { x: number; y: number };
  /** That box's height did not fit the ground. */
  odd: boolean;
  /** How tall it is for where it stands; of vehicles never known. */
  readonly stature: Stature;
  /** Running mean of the appearance, or null. */
  look: Float32Array | null;
  /** Looks in that mean. */
  looks: number;
  score: number;
  maxScore: number;
  /** Summed score until confirmed. */
  confidence: number;
  confirmed: boolean;
  /** µs: first and last sighting. */
  readonly since: number;
  /** The box of the first sighting until it was said; null where the first sighting was enough to be believed. */
  first: CentredBox | null;
  seenAt: number;
  /** Seconds since the last sighting; frames that the gate held back do not count. */
  unseen: number;
  /** How far its box lay from its motion when it was seen last, null before; not of vehicles. */
  apart: Apart | null;
  /** Its last places; of vehicles only. */
  course: Course;
  /** How likely it has left the picture by now, 0..1; of vehicles only. */
  leaving: number;
  /** Filtered states of the last second, for the corrected record. */
  moments: Moment[];
  readonly path: PathState;
}

/** Standard deviation of a new object's speed, sizes per second. */
export function initialSpeed(group: string, options: TrackerOptions): number {
  return group === 'vehicle' ? options.initialVehicleSpeed : options.initialSpeed;
}

/** Least score that begins a track. */
export function leastBirth(group: string, options: TrackerOptions): number {
  return group === 'vehicle' ? options.vehicleBirth : options.birth;
}

/** How much more than a person an object's speed changes, in its own sizes. */
export function restlessness(group: string, options: TrackerOptions): number {
  return initialSpeed(group, options) / options.initialSpeed;
}

const vehicles = new Set(['car', 'truck', 'bus', 'van', 'vehicle']);

export function groupOf(cls: string): string {
  return vehicles.has(cls) ? 'vehicle' : cls;
}

export function freshState(): TrackerState {
  return { at: null, epoch: 0, aspect: 1, next: 1, tracks: [], leaving: [], pending: [], grounds: {}, lags: {}, watched: 0, places: [], flow: freshFlow() };
}

/** The state as plain JSON of its own, looks as exact base64. */
export function pack(state: TrackerState): unknown {
  const packed = (track: TrackState): unknown => ({ ...track, look: track.look && packLook(track.look) });
  return structuredClone({ v: 1, ...state, tracks: state.tracks.map(packed), leaving: state.leaving.map(packed) });
}

/** Undoes `pack`, also after a way through JSON text. */
export function unpack(snapshot: unknown): TrackerState {
  const { v, ...state } = structuredClone(snapshot) as { v: number } & Packed;
  if (v !== 1) throw new SightlineError('RECORD_NEWER', `a tracker snapshot of version ${v}; this process reads version 1`);
  const unpacked = (track: PackedTrack): TrackState => ({ ...track, stature: track.stature ?? freshStature(track.seenAt), apart: track.apart ?? null, leaving: track.leaving ?? 0, course: track.course ?? freshCourse(), look: track.look === null ? null : unpackLook(track.look) });
  return { ...state, lags: state.lags ?? {}, watched: state.watched ?? 0, places: state.places ?? [], flow: state.flow ?? freshFlow(), tracks: state.tracks.map(unpacked), leaving: state.leaving.map(unpacked) };
}

type PackedTrack = Omit<TrackState, 'look'> & { look: string | null };
type Packed = Omit<TrackerState, 'tracks' | 'leaving'> & { tracks: PackedTrack[]; leaving: PackedTrack[] };
