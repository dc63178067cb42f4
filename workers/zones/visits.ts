import { insidePolygon, type Anchor, type Box, type Point, type Polygon } from '@sightline/schemas';
import { outside, sizeOf, standing, toPlane } from './plane.js';
import type { Gone, Sighting } from './trails.js';

/**
 * Who is in a polygon, since when. A visit begins where a path enters the polygon and ends where it leaves it; it goes on
 * through a change of track id at the same place and through a short step outside.
 *
 *     const visits = createVisits(polygon);
 *     const { entered, present, left } = visits.step(input, trails.step(frame, counts));
 */
export interface Visit {
  readonly object: number;
  track: string;
  cls: string;
  /** µs: entered, and last seen inside. */
  readonly since: number;
  until: number;
  /** Where it was last, square units; its size and speed. */
  point: Point;
  size: number;
  velocity: Point;
  /** Whether it has been said: it was clear of the rim. */
  said: boolean;
  /** It is outside or unseen now. */
  away: boolean;
  /** It was seen going out. */
  out: boolean;
  /** It was first seen inside: nobody saw it come in. */
  readonly appeared: boolean;
}

export interface Visits {
  step(
    input: { readonly capturedAt: number; readonly aspect: number },
    trails: { readonly seen: readonly Sighting[]; readonly gone: readonly Gone[] },
  ): { readonly entered: readonly Visit[]; readonly present: readonly Visit[]; readonly left: readonly Visit[] };
  skip(seconds: number): void;
  clear(): void;
  snapshot(): readonly Visit[];
}

/** How far inside, in object sizes, an object must stand to have come in: more than twice a box's tremble (.06). */
const clear = 0.15;
/** How far outside, in object sizes, it must stand to have left: half a body, so that it is out with all of it. */
const bodyOut = 0.4;
/** A corner this near to the frame's border (fractions) lies on it: as exactly as a hand draws. */
const border = 0.015;
/** Seconds outside after which a visit has ended: a step back from a counter is not a new visit. */
const stepOut = 2;
/** Seconds for which a speed is good for telling that someone was on the way out. */
const onTheWay = 1;
/** Seconds a visitor that is no longer detected is waited for: hidden behind another person, or standing too still to be sure. */
export const visitPatience = 5;
const second = 1_000_000;

export function createVisits(polygon: Polygon, restored?: readonly Visit[]): Visits {
  const open = openAtBorder(polygon);
  const visits = new Map<number, Visit>((restored ?? []).map((visit) => [visit.object, { ...visit }]));

  return {
    step({ aspect, capturedAt: now }, { seen, gone }) {
      const square = open.map((point) => toPlane(point, aspect));
      const entered: Visit[] = [];
      const left: Visit[] = [];
      const end = (visit: Visit): void => {
        visits.delete(visit.object);
        if (visit.said) left.push(visit);
      };
      for (const visit of visits.values()) {
        visit.away = true;
        if (!visit.out && now - visit.until > 0) leaveUnseen(visit, now, square);
        if (visit.out && (now - visit.until) / second >= stepOut) end(visit);
      }
      for (const sighting of seen) {
        const { object, track, at, point, size, velocity, before } = sighting;
        const beyond = outside(point, square) / size;
        let visit = visits.get(object);
        if (!visit) {
          if (beyond >= 0) continue;
          const since = before ? rim(before, sighting, square) : at;
          visit = { object, track: track.id, cls: track.cls, since, until: at, point, size, velocity, said: false, away: false, out: false, appeared: !before || insidePolygon(before.point, square) };
          visits.set(object, visit);
        }
        if (beyond < bodyOut) {
          visit.until = at;
          Object.assign(visit, { track: track.id, cls: track.cls, point, size, velocity, away: false, out: false });
          if (!visit.said && beyond < -clear) {
            visit.said = true;
            entered.push(visit);
          }
        } else {
          if (before && visit.until === before.at) visit.until = cleared(before, sighting, square);
          visit.out = true;
        }
        if (beyond >= bodyOut && (now - visit.until) / second >= stepOut) end(visit);
      }
      for (const { object } of gone) {
        const visit = visits.get(object);
        if (visit) end(visit);
      }
      return { entered, left, present: [...visits.values()].filter((visit) => visit.said && !(visit.away && (now - visit.until) / second > stepOut)) };
    },
    skip(seconds) {
      for (const visit of visits.values()) visit.until += Math.round(seconds * second);
    },
    clear: () => visits.clear(),
    snapshot: () => [...visits.values()].map((visit) => ({ ...visit })),
  };
}

/** Whether a box stands in a polygon or at most its own size away from it. */
export function nearPolygon(polygon: Polygon, anchor: Anchor): (box: Box, aspect: number) => boolean {
  return (box, aspect) => outside(standing(box, anchor, aspect), polygon.map((point) => toPlane(point, aspect))) < sizeOf(box, aspect);
}

/** Who was on the way out when last seen is out when that speed had taken all of the body out. */
function leaveUnseen(visit: Visit, now: number, polygon: Polygon): void {
  const seconds = Math.min(onTheWay, (now - visit.until) / second);
  const place: Point = [visit.point[0] + visit.velocity[0] * seconds, visit.point[1] + visit.velocity[1] * seconds];
  const was = outside(visit.point, polygon) / visit.size;
  const is = outside(place, polygon) / visit.size;
  if (is < bodyOut) return;
  visit.out = true;
  visit.until += Math.round(Math.max(0, (bodyOut - was) / (is - was)) * seconds * second);
}

/** The polygon with every corner on the frame's border moved far out: where the picture ends nobody is outside the zone. */
function openAtBorder(polygon: Polygon): Polygon {
  const away = (value: number): number => (value <= border ? -1 : value >= 1 - border ? 2 : value);
  return polygon.map(([x, y]): Point => [away(x), away(y)]);
}

/** When a path got out with all of its body: interpolated between the last sighting in and the first out. */
function cleared(before: { readonly point: Point; readonly at: number }, { point, at, size }: Sighting, polygon: Polygon): number {
  const was = outside(before.point, polygon) / size;
  const is = outside(point, polygon) / size;
  return Math.round(before.at + Math.min(1, Math.max(0, (bodyOut - was) / (is - was))) * (at - before.at));
}

/** When a path met the polygon's rim between two sightings, to a hundredth of the step. */
function rim(before: { readonly point: Point; readonly at: number }, { point, at }: Sighting, polygon: Polygon): number {
  let [low, high] = [0, 1];
  const starts = insidePolygon(before.point, polygon);
  if (starts === insidePolygon(point, polygon)) return starts ? before.at : at;
  while (high - low > 0.01) {
    const part = (low + high) / 2;
    const place: Point = [before.point[0] + part * (point[0] - before.point[0]), before.point[1] + part * (point[1] - before.point[1])];
    if (insidePolygon(place, polygon) === starts) low = part;
    else high = part;
  }
  return Math.round(before.at + high * (at - before.at));
}
