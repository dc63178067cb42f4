import { anchorOf, insidePolygon, type Box, type LineZone, type Point, type Polygon } from '@sightline/schemas';
import { countsIn } from '../classes.js';
import { distance, overlap, sizeOf, standing, toPlane, toSegment } from '../plane.js';
import { createTrails, type Sighting, type TrailsState } from '../trails.js';
import type { SeeingZone } from '../sight.js';
import type { ZoneEventDraft, ZoneFrame } from '../zone.js';
import { createLineWatch, type Crossing, type LineWatch, type WatchState } from './watch.js';
import { createOccupancy, type OccupancyState } from './occupancy.js';

/** Counts who crosses a line, or a gate of two, by direction and class. Measures: in, out, occupancy, occupancyUncertainty. */
export interface LineState {
  readonly in: number;
  readonly out: number;
  readonly perClass: Readonly<Record<string, { readonly in: number; readonly out: number }>>;
  readonly trails: TrailsState;
  readonly aspect: number | null;
  readonly line: WatchState | null;
  readonly gate: WatchState | null;
  /** Objects that have crossed one line of the gate: which, and how. */
  readonly half: readonly (readonly [object: number, line: 0 | 1, direction: 'in' | 'out'])[];
  readonly recent: readonly Counted[];
  readonly occupancy: OccupancyState | null;
}

interface Counted {
  readonly track: string;
  readonly at: number;
  readonly point: Point;
  readonly direction: 'in' | 'out';
  readonly size: number;
  /** Seconds an object of that size and speed needs to leave its own place. */
  readonly passing: number;
}

/** A lost object is waited for as long as a person or car is hidden behind another. */
const patience = 2;
/** Part of its size within which a second crossing at the same place, before the first has moved on, is the same object. */
const samePlace = 0.5;
/** Scores are rescaled so that .4–.5 is worth reporting; well below it a box does not prove on which side something is. */
const clearScore = 0.3;
/** What is further from the line, in object sizes, has nothing to do with it yet. */
const reach = 3;
/** Two boxes that share this much are two names for one object. */
const sameBox = 0.6;
/** Seconds for which nobody must be seen in a space to verify that it is empty: longer than anybody is hidden in the open. */
const verifiedAfter = 60;
/** Recent crossings are remembered this many seconds. */
const remembered = 3;
const second = 1_000_000;

export function createLine(config: LineZone, timezone: string, restored?: LineState): SeeingZone {
  const trails = createTrails({ anchor: config.anchor, patience, least: clearScore, near }, restored?.trails);
  const lines = config.gate ? [config.line, config.gate] : [config.line];
  function near(box: Box, ratio: number): boolean {
    const point = standing(box, config.anchor, ratio);
    return lines.some(([from, to]) => toSegment(point, toPlane(from!, ratio), toPlane(to!, ratio)) < reach * sizeOf(box, ratio));
  }
  const counts = { in: restored?.in ?? 0, out: restored?.out ?? 0 };
  const perClass = new Map(Object.entries(restored?.perClass ?? {}).map(([cls, both]) => [cls, { ...both }]));
  const half = new Map((restored?.half ?? []).map(([object, line, direction]) => [object, { line, direction }]));
  let recent = [...(restored?.recent ?? [])];
  const occupancy = config.occupancy ? createOccupancy({ emptyAfter: verifiedAfter, ...config.occupancy, timezone }, restored?.occupancy ?? undefined) : null;
  let aspect = restored?.aspect ?? null;
  let watches = restored && aspect !== null ? watch(aspect, restored.line, restored.gate) : null;

  function watch(ratio: number, line?: WatchState | null, gate?: WatchState | null): LineWatch[] {
    const place = (points: readonly Point[], state?: WatchState | null) => createLineWatch(toPlane(points[0]!, ratio), toPlane(points[1]!, ratio), state ?? undefined);
    return [place(config.line, line), ...(config.gate ? [place(config.gate, gate)] : [])];
  }

  /** Whoever crosses both lines in order has crossed the gate, at the moment of the second. */
  function through(line: 0 | 1, { object, direction }: Crossing): boolean {
    if (!config.gate) return true;
    const entered = half.get(object);
    half.set(object, { line, direction });
    const opens = direction === 'in' ? 0 : 1;
    return line !== opens && entered?.line === opens && entered.direction === direction;
  }

  /** Objects in the space, or at least one where a doubtful box says that somebody may be there. */
  function seenIn(space: Polygon, { input, tracks }: ZoneFrame): number {
    const inside = (box: Box): boolean => insidePolygon(anchorOf(box, config.anchor), space);
    const people = tracks.filter((track) => countsIn(config.classes, track) && inside(track)).length;
    const doubtful = input.detections.some((one) => one.score >= clearScore && countsIn(config.classes, one) && inside(one));
    return people > 0 || !doubtful ? people : 1;
  }

  function doubled(crossing: Crossing, seen: readonly Sighting[]): boolean {
    return recent.some((other) => {
      if (other.direction !== crossing.direction || Math.abs(crossing.at - other.at) > other.passing * second) return false;
      if (distance(other.point, crossing.point) > samePlace * Math.max(other.size, crossing.size)) return false;
      const still = seen.find(({ track }) => track.id === other.track);
      return !still || other.track === crossing.track || overlap(still.track, crossing.box) > sameBox;
    });
  }

  function count({ track, cls, at, point, direction, along, size, speed }: Crossing, frame: ZoneFrame): ZoneEventDraft {
    counts[direction] += 1;
    const ofClass = perClass.get(cls) ?? { in: 0, out: 0 };
    ofClass[direction] += 1;
    perClass.set(cls, ofClass);
    occupancy?.count(direction);
    const passing = Math.min(remembered, Math.max(frame.seconds, speed > 0 ? (samePlace * size) / speed : 0));
    recent.push({ track, at, point, direction, size, passing });
    return { kind: 'crossed', at, track, cls, direction, along, point: [point[0] / frame.input.aspect, point[1]] };
  }

  return {
    measureNames: occupancy ? ['in', 'out', 'occupancy', 'occupancyUncertainty'] : ['in', 'out'],
    step(frame) {
      const { input } = frame;
      if (aspect !== input.aspect || !watches) {
        aspect = input.aspect;
        watches = watch(aspect);
      }
      occupancy?.pass(input.capturedAt);
      const space = config.occupancy?.space;
      if (space) occupancy?.seen(seenIn(space, frame), input.capturedAt);
      const { seen, gone } = trails.step(frame, (track) => countsIn(config.classes, track));
      const crossings = watches.flatMap((line, index) => {
        const found = [...seen.map((sighting) => line.see(sighting, frame.seconds)), ...line.forget(gone)];
        return found.flatMap((crossing) => (crossing ? [{ line: index as 0 | 1, crossing }] : []));
      });
      const events: ZoneEventDraft[] = [];
      for (const { line, crossing } of crossings.sort((a, b) => a.crossing.at - b.crossing.at)) {
        if (through(line, crossing) && !doubled(crossing, seen)) events.push(count(crossing, frame));
      }
      for (const { object } of gone) half.delete(object);
      recent = recent.filter(({ at }) => input.capturedAt - at <= remembered * second);
      return {
        events,
        measures: { ...counts, ...occupancy?.measures() },
        ...(perClass.size > 0 && { perClass: { in: byClass(perClass, 'in'), out: byClass(perClass, 'out') } }),
      };
    },
    resume(seconds, moved) {
      occupancy?.blind(seconds);
      if (!moved) return trails.skip(seconds);
      trails.clear();
      half.clear();
      watches = null;
    },
    snapshot: (): LineState => ({
      ...counts,
      perClass: Object.fromEntries([...perClass].map(([cls, both]) => [cls, { ...both }])),
      trails: trails.snapshot(),
      aspect,
      line: watches?.[0]?.snapshot() ?? null,
      gate: watches?.[1]?.snapshot() ?? null,
      half: [...half].map(([object, { line, direction }]) => [object, line, direction] as const),
      recent: [...recent],
      occupancy: occupancy?.snapshot() ?? null,
    }),
  };
}

function byClass(perClass: ReadonlyMap<string, { in: number; out: number }>, direction: 'in' | 'out'): Record<string, number> {
  return Object.fromEntries([...perClass].map(([cls, both]) => [cls, both[direction]]));
}
