import type { Box, Point } from '@sightline/schemas';
import type { Gone, Sighting } from '../trails.js';
import { createUsual, type UsualState } from './usual.js';

/**
 * Watches one line: tells when an object has got from one side to the other through it. An object is on a side only when
 * it stands clear of the line by a part of its own size, so a box that trembles on the line crosses it once or not at all.
 * Points are in square units (plane.ts); the positive side is the right-hand one looking from the first point to the second.
 */
export interface Crossing {
  readonly object: number;
  readonly track: string;
  readonly cls: string;
  /** Its box when the crossing was settled, its size and speed. */
  readonly box: Box;
  readonly size: number;
  readonly speed: number;
  readonly direction: 'in' | 'out';
  /** µs and place where its path met the line, interpolated. */
  readonly at: number;
  readonly point: Point;
  readonly along: number;
}

interface Watched {
  readonly object: number;
  /** The side it was clear of the line on last; 0: not yet. */
  side: -1 | 0 | 1;
  /** Signed distance where and when it was seen first. */
  readonly firstDistance: number;
  readonly firstPoint: Point;
  readonly firstAt: number;
  /** Seconds before its first sighting in which nobody looked; null until known. */
  reach: number | null;
  lastDistance: number;
  /** Distances from the line a second in the last step, 0 before the first. */
  rate: number;
  /** Where its path met the line last since it was clear of it. */
  met: { readonly at: number; readonly point: Point; readonly along: number } | null;
  /** A crossing made in the first step of a trail: two boxes may be two objects, so a third one has to agree. */
  doubtful: Doubtful | null;
}

interface Doubtful {
  readonly crossing: Crossing;
  /** Distances from the line a second, if it has to go on: the side it came from was not seen but told from its speed, or it goes against what is usual. */
  readonly speed: number | null;
}

export interface WatchState {
  readonly watched: readonly Watched[];
  readonly usual: UsualState;
}

export interface LineWatch {
  see(sighting: Sighting, interval: number): Crossing | null;
  /** Objects that have ended; tells the crossings that nothing spoke against. */
  forget(gone: readonly Gone[]): readonly Crossing[];
  snapshot(): WatchState;
}

/** How far clear of the line, in object sizes: more than twice the tremble of a detected box (.06). */
const clear = 0.15;
/** Part of its speed that an object keeps from one step to the next unless it brakes hard. */
const goesOn = 0.3;
const second = 1_000_000;

export function createLineWatch(from: Point, to: Point, restored?: WatchState): LineWatch {
  const watched = new Map<number, Watched>((restored?.watched ?? []).map((one) => [one.object, { ...one }]));
  const usual = createUsual(restored?.usual);
  const dx = to[0] - from[0];
  const dy = to[1] - from[1];
  const length = Math.hypot(dx, dy);
  const signed = (p: Point): number => (dx * (p[1] - from[1]) - dy * (p[0] - from[0])) / length;
  const along = (p: Point): number => ((p[0] - from[0]) * dx + (p[1] - from[1]) * dy) / (length * length);

  return {
    see(sighting, interval) {
      const { object, track, at, point, size, count, before } = sighting;
      const now = signed(point);
      let one = watched.get(object);
      if (!one) {
        const first = before ?? { point, at };
        // A frame stands for the time since the one before it; of a source's first frame that is known at the second.
        one = { object, side: 0, firstDistance: signed(first.point), firstPoint: first.point, firstAt: first.at, reach: interval > 0 ? interval : null, lastDistance: signed(first.point), rate: 0, met: null, doubtful: null };
        watched.set(object, one);
        if (!before) return null;
      }
      const rate = before ? (now - one.lastDistance) / ((at - before.at) / second) : 0;
      const held = one.doubtful && agrees(one.doubtful, rate) ? usual.learned(one.doubtful.crossing) : null;
      const turned = one.doubtful !== null;
      one.doubtful = null;
      if (one.reach === null) one.reach = interval;
      if (before && one.lastDistance > 0 !== now > 0) one.met = meeting(before, one.lastDistance, point, now, at, along);
      one.lastDistance = now;
      const goingOn = one.rate * rate > 0;
      one.rate = rate;
      if (Math.abs(now) < clear * size) return held;
      const side = now > 0 ? 1 : -1;
      const guessed = one.side === 0;
      const was = one.side === 0 ? origin(one, sighting, now) : one.side;
      const met = was === side ? null : (one.met ?? missed(one, sighting, now, along));
      one.side = side;
      one.met = null;
      if (!met || met.along < 0 || met.along > 1) return held;
      const { x, y, w, h } = track;
      const crossing: Crossing = { object, track: track.id, cls: track.cls, box: { x, y, w, h }, size, speed: Math.hypot(...sighting.velocity), direction: side > 0 ? 'in' : 'out', ...met };
      // There and back in two steps is a box that was mistaken for a moment.
      if (turned) return null;
      // What is said on one step alone, or against what is usual here, has to go on.
      const against = usual.of(crossing) === 'against';
      if (count > 2 && (!against || goingOn)) return usual.learned(crossing);
      one.doubtful = { crossing, speed: guessed || against ? rate : null };
      return null;
    },
    forget(gone) {
      const believed: Crossing[] = [];
      for (const { object, broken } of gone) {
        const held = watched.get(object)?.doubtful;
        watched.delete(object);
        if (!held || broken) continue;
        const known = usual.of(held.crossing);
        if (known === 'usual' || (known === 'unknown' && held.speed === null)) believed.push(held.crossing);
      }
      return believed;
    },
    snapshot: () => ({ watched: [...watched.values()].map((one) => ({ ...one })), usual: usual.snapshot() }),
  };
}

/** Whether the next sighting goes on as the doubtful step did. */
function agrees({ speed }: Doubtful, rate: number): boolean {
  return speed === null || rate / speed > goesOn;
}

function meeting(before: { point: Point; at: number }, then: number, point: Point, now: number, at: number, along: (p: Point) => number): NonNullable<Watched['met']> {
  const part = then === now ? 1 : then / (then - now);
  const place: Point = [before.point[0] + part * (point[0] - before.point[0]), before.point[1] + part * (point[1] - before.point[1])];
  return { at: Math.round(before.at + part * (at - before.at)), point: place, along: along(place) };
}

/**
 * The side an object came from that was already near or over the line when it was first seen: where its speed puts it at
 * the moment before, when somebody looked and did not see it.
 */
function origin(one: Watched, { at }: Sighting, now: number): -1 | 1 {
  const seconds = (at - one.firstAt) / second;
  const speed = seconds > 0 ? (now - one.firstDistance) / seconds : 0;
  return one.firstDistance - speed * (one.reach ?? 0) > 0 ? 1 : -1;
}

/** Where an object first seen beyond the line met it. */
function missed(one: Watched, { at, point }: Sighting, now: number, along: (p: Point) => number): Watched['met'] {
  const seconds = (at - one.firstAt) / second;
  const speed = (now - one.firstDistance) / seconds;
  if (!(seconds > 0) || speed === 0) return null;
  const back = one.firstDistance / speed;
  const place: Point = [one.firstPoint[0] - ((point[0] - one.firstPoint[0]) / seconds) * back, one.firstPoint[1] - ((point[1] - one.firstPoint[1]) / seconds) * back];
  return { at: Math.round(one.firstAt - back * second), point: place, along: along(place) };
}
