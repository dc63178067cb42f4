import type { Anchor, Box, Point, Track } from '@sightline/schemas';
import { sameKind } from './classes.js';
import { createOrigins, type OriginsState } from './origins.js';
import { distance, sizeOf, standing, toSegment } from './plane.js';
import type { ZoneFrame } from './zone.js';

/**
 * Objects as a zone follows them: a track's id may change or be handed to another object, a trail goes on with the thing
 * itself. A new track that begins where a lost one must be by now takes over its trail; a track that leaps further than
 * an object can begins a new one.
 *
 *     const trails = createTrails({ anchor: 'bottom-centre', patience: 2, least: 0.3, near });
 *     for (const { object, before, point } of trails.step(frame, (track) => true).seen) …
 */
export interface Sighting {
  readonly object: number;
  readonly track: Track;
  /** µs event time. */
  readonly at: number;
  /** Where the object stands, square units (plane.ts). */
  readonly point: Point;
  readonly size: number;
  /** Square units a second, averaged over `velocityMemory`. */
  readonly velocity: Point;
  /** How often this trail was seen, with this time. */
  readonly count: number;
  /** Where and when this trail was seen last, null at its beginning. */
  readonly before: { readonly point: Point; readonly at: number } | null;
}

interface Trail {
  readonly object: number;
  track: string;
  cls: string;
  at: number;
  point: Point;
  size: number;
  velocity: Point;
  /** Sightings so far; velocity means nothing before the second. */
  count: number;
}

/** A trail that has ended. `broken`: its track leapt, so what the track did at last may have been another object. */
export interface Gone {
  readonly object: number;
  readonly broken: boolean;
}

export interface TrailsState {
  readonly next: number;
  readonly trails: readonly Trail[];
  readonly origins: OriginsState;
}

export interface Trails {
  step(frame: ZoneFrame, counts: (track: Track) => boolean): { readonly seen: readonly Sighting[]; readonly gone: readonly Gone[] };
  /** Nothing was seen for so many seconds: the patience with lost objects begins anew. */
  skip(seconds: number): void;
  /** What was seen means nothing any more: the camera was moved. */
  clear(): void;
  snapshot(): TrailsState;
}

export interface TrailsOptions {
  readonly anchor: Anchor;
  /** Seconds a lost object is waited for. */
  readonly patience: number;
  /** Sightings with a lower score are passed over: such a box may be anything that lies where the object was awaited. */
  readonly least: number;
  /** Whether a place matters to the zone: what is far from it is not remembered before it is a track. */
  readonly near: (box: Box, aspect: number) => boolean;
}

/** Seconds over which a velocity is averaged: long against the jitter of boxes, short against a turn. */
const velocityMemory = 0.4;
/** Seconds in which an unseen object is taken to lose its speed. */
const coast = 2;
/** How far from the way it was going a lost object may reappear, in object sizes; half of that way more, up to a limit. */
const reappearWithin = 0.5;
const reappearDoubt = 0.5;
const mostDoubt = 0.4;
/** How much larger or smaller a box may have become: detectors clip what is half hidden. */
const reappearRatio = 1.8;
/** A step that misses the awaited place by this many sizes (plus as many a second) is another object under the same id. */
const leap = 0.7;
const leapGrowth = 1.3;
/** Two boxes that stand this near each other, in object sizes, are of one object: twice the tremble of a box. */
const doubled = 0.15;
/** Trails kept at most; the longest unseen go first. */
const most = 2000;
const second = 1_000_000;

export function createTrails({ anchor, patience, least, near }: TrailsOptions, restored?: TrailsState): Trails {
  let next = restored?.next ?? 1;
  const byTrack = new Map<string, Trail>((restored?.trails ?? []).map((trail) => [trail.track, { ...trail }]));

  const origins = createOrigins(restored?.origins);

  const begin = (track: Track, box: Box, at: number, aspect: number): Trail => {
    const trail = { object: next++, track: track.id, cls: track.cls, at, point: standing(box, anchor, aspect), size: sizeOf(box, aspect), velocity: [0, 0] as Point, count: 1 };
    byTrack.set(track.id, trail);
    return trail;
  };

  return {
    step({ input, tracks }, counts) {
      const at = input.capturedAt;
      const { aspect } = input;
      const present = new Set(tracks.filter(({ coasting }) => coasting === 0).map(({ id }) => id));
      const stood = [...byTrack.values()].map(({ track, at: when, point, size }) => ({ track, at: when, point, size }));
      /** A box where another object stood just then was that one's second box: the track that began with it did not come from there. */
      const anothers = (track: Track, from: { readonly box: Box; readonly at: number }): boolean => {
        const point = standing(from.box, anchor, aspect);
        return stood.some((other) => other.track !== track.id && other.at === from.at && distance(other.point, point) < doubled * Math.min(other.size, sizeOf(from.box, aspect)));
      };
      const seen: Sighting[] = [];
      const gone: Gone[] = [];
      for (const track of tracks) {
        if (!counts(track) || track.coasting > 0 || track.score < least) continue;
        const point = standing(track, anchor, aspect);
        const size = sizeOf(track, aspect);
        let trail = byTrack.get(track.id);
        const leapt = trail !== undefined && leaps(trail, point, size, at);
        if (trail && leapt) {
          gone.push({ object: trail.object, broken: true });
          byTrack.delete(track.id);
          trail = undefined;
        }
        if (!trail) {
          trail = reappeared(byTrack, present, track, born(track, point, size, at, anchor, aspect), patience);
          if (trail) {
            byTrack.delete(trail.track);
            trail.track = track.id;
            byTrack.set(track.id, trail);
          }
        }
        if (!trail && !leapt) {
          const earlier = origins.of(track, at, aspect);
          if (earlier && !anothers(track, earlier)) trail = begin(track, earlier.box, earlier.at, aspect);
        }
        if (!trail) {
          const fresh = begin(track, track, at, aspect);
          seen.push({ object: fresh.object, track, at, point, size, velocity: fresh.velocity, count: 1, before: null });
          continue;
        }
        const before = { point: trail.point, at: trail.at };
        const seconds = (at - trail.at) / second;
        if (seconds > 0) {
          const now: Point = [(point[0] - trail.point[0]) / seconds, (point[1] - trail.point[1]) / seconds];
          const weight = trail.count < 2 ? 1 : 1 - Math.exp(-seconds / velocityMemory);
          trail.velocity = [trail.velocity[0] + weight * (now[0] - trail.velocity[0]), trail.velocity[1] + weight * (now[1] - trail.velocity[1])];
        }
        Object.assign(trail, { at, point, size, cls: track.cls, count: trail.count + 1 });
        seen.push({ object: trail.object, track, at, point, size, velocity: trail.velocity, count: trail.count, before });
      }
      for (const [id, trail] of byTrack) {
        if (trail.at < at && (at - trail.at) / second > patience && !present.has(id)) {
          gone.push({ object: trail.object, broken: false });
          byTrack.delete(id);
        }
      }
      if (byTrack.size > most) {
        for (const trail of [...byTrack.values()].sort((a, b) => a.at - b.at).slice(0, byTrack.size - most)) {
          gone.push({ object: trail.object, broken: false });
          byTrack.delete(trail.track);
        }
      }
      origins.keep(input, tracks, (box) => near(box, aspect));
      return { seen, gone };
    },
    skip(seconds) {
      for (const trail of byTrack.values()) trail.at += Math.round(seconds * second);
    },
    clear() {
      byTrack.clear();
      origins.clear();
    },
    snapshot: () => ({ next, trails: [...byTrack.values()].map((trail) => ({ ...trail })), origins: origins.snapshot() }),
  };
}

function awaited(trail: Trail, at: number): Point {
  if (trail.count < 2) return trail.point;
  const reach = coast * (1 - Math.exp(-(at - trail.at) / second / coast));
  return [trail.point[0] + trail.velocity[0] * reach, trail.point[1] + trail.velocity[1] * reach];
}

function leaps(trail: Trail, point: Point, size: number, at: number): boolean {
  if (trail.count < 2) return false;
  return distance(awaited(trail, at), point) > (leap + leapGrowth * ((at - trail.at) / second)) * Math.max(size, trail.size);
}

interface Birth {
  readonly point: Point;
  readonly size: number;
  /** µs. */
  readonly at: number;
}

/** Where and when a track was first seen: there it continues another or none. */
function born(track: Track, point: Point, size: number, at: number, anchor: Anchor, aspect: number): Birth {
  const { first, since } = track;
  return first && since < at ? { point: standing(first, anchor, aspect), size: sizeOf(first, aspect), at: since } : { point, size, at };
}

/** The lost trail that a new track continues: the nearest to where it is awaited. */
function reappeared(trails: ReadonlyMap<string, Trail>, present: ReadonlySet<string>, track: Track, { point, size, at }: Birth, patience: number): Trail | undefined {
  let best: Trail | undefined;
  let least = 1;
  for (const [id, trail] of trails) {
    const seconds = (at - trail.at) / second;
    if (present.has(id) || seconds <= 0 || seconds > patience || !sameKind(trail.cls, track.cls)) continue;
    if (Math.max(size / trail.size, trail.size / size) > reappearRatio) continue;
    const place = awaited(trail, at);
    const larger = Math.max(size, trail.size);
    const share = toSegment(point, trail.point, place) / (reappearWithin * larger + Math.min(mostDoubt * larger, reappearDoubt * distance(place, trail.point)));
    if (share < least) {
      least = share;
      best = trail;
    }
  }
  return best;
}
