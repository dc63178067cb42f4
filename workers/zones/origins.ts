import type { Box, Detection, FrameInput, Track } from '@sightline/schemas';
import { sameKind } from './classes.js';
import { overlap, sizeOf } from './plane.js';

/**
 * Where a new track came from. A tracker believes in an object only after it has seen it more than once and clearly; what
 * it saw before decides whether the object came over a line or was in a zone already. So the boxes that belong to no
 * track are remembered for a moment, and a new track is followed back through them.
 */
export interface Origins {
  /** The earliest box that is the same object without doubt, or null. */
  of(track: Track, at: number, aspect: number): { readonly box: Box; readonly at: number } | null;
  /** Remembers what belongs to no track and is worth it. */
  keep(input: FrameInput, tracks: readonly Track[], worth: (box: Detection) => boolean): void;
  clear(): void;
  snapshot(): OriginsState;
}

interface Unclaimed extends Box {
  readonly cls: string;
  readonly at: number;
}

interface Placed {
  readonly box: Box;
  readonly at: number;
}

export type OriginsState = readonly Unclaimed[];

/** Seconds that unclaimed boxes are remembered: as long as a doubtful object needs to be believed; at least one frame. */
const memory = 1;
/** At most so many, the newest. */
const most = 300;
/** A box that shares this much with a track is that track's. */
const claimed = 0.5;
/** Two boxes of successive sightings that share this much are one object. */
const same = 0.3;
/** An object that is hardly seen is missed for as long at a time. */
const gap = 0.4;
/** Between its first sighting and the first report an object may have moved by this many sizes, plus as many a second. */
const reach = 0.5;
const reachGrowth = 2.5;
/** Ratio of sizes within it. */
const ratio = 1.8;
const second = 1_000_000;

export function createOrigins(restored?: OriginsState): Origins {
  let boxes: readonly Unclaimed[] = restored ?? [];

  return {
    of(track, at, aspect) {
      let found: Placed | null = track.first && track.since < at ? { box: track.first, at: track.since } : null;
      const used = found ? [] : frames(boxes, track.since);
      let box: Box = track;
      let when = at;
      for (const frame of used) {
        const next = nearest(box, frame, track.cls, (when - frame[0]!.at) / second, aspect);
        if (!next) continue;
        box = next;
        when = next.at;
        found = { box, at: when };
      }
      if (track.since < at && !found) return null;
      // Further back only through boxes where its own motion puts it.
      let earliest: Placed = found ?? { box: track, at };
      let later: Placed | null = found && { box: track, at };
      for (const frame of frames(boxes, -Infinity).filter(([first]) => first!.at < earliest.at)) {
        const awaited = carriedBack(earliest, later, frame[0]!.at);
        const before = best(frame, (one) => (sameKind(one.cls, track.cls) ? overlap(one, awaited) : 0), same);
        if (!before && (earliest.at - frame[0]!.at) / second < gap) continue;
        if (!before) break;
        later = earliest;
        earliest = found = { box: before, at: before.at };
      }
      return found && { box: { x: found.box.x, y: found.box.y, w: found.box.w, h: found.box.h }, at: found.at };
    },
    keep(input, tracks, worth) {
      const at = input.capturedAt;
      const seen = tracks.filter(({ coasting }) => coasting === 0);
      const free = input.detections.filter((one) => worth(one) && !seen.some((track) => overlap(track, one) > claimed));
      const previous = boxes.at(-1)?.at ?? at;
      boxes = boxes.filter((one) => one.at === previous || (at - one.at) / second <= memory);
      boxes = [...boxes, ...free.map(({ x, y, w, h, cls }) => ({ x, y, w, h, cls, at }))].slice(-most);
    },
    clear: () => {
      boxes = [];
    },
    snapshot: () => [...boxes],
  };
}

function carriedBack({ box, at }: Placed, later: Placed | null, to: number): Box {
  const part = later ? (at - to) / (later.at - at) : 0;
  return { ...box, x: box.x - part * ((later?.box.x ?? box.x) - box.x), y: box.y - part * ((later?.box.y ?? box.y) - box.y) };
}

/** Boxes by frame, newest first, from `since` on. */
function frames(boxes: readonly Unclaimed[], since: number): Unclaimed[][] {
  const byTime = new Map<number, Unclaimed[]>();
  for (const box of boxes) if (box.at >= since) byTime.set(box.at, [...(byTime.get(box.at) ?? []), box]);
  return [...byTime.values()].reverse();
}

function nearest(box: Box, frame: readonly Unclaimed[], cls: string, seconds: number, aspect: number): Unclaimed | undefined {
  const size = sizeOf(box, aspect);
  const limit = (reach + reachGrowth * seconds) * size;
  return best(
    frame,
    (one) => {
      const other = sizeOf(one, aspect);
      if (!sameKind(one.cls, cls) || Math.max(size / other, other / size) > ratio) return 0;
      return 1 - Math.hypot((one.x + one.w / 2 - box.x - box.w / 2) * aspect, one.y + one.h - box.y - box.h) / limit;
    },
    0,
  );
}

function best(boxes: readonly Unclaimed[], worth: (box: Unclaimed) => number, least: number): Unclaimed | undefined {
  let found: Unclaimed | undefined;
  for (const box of boxes) {
    const value = worth(box);
    if (value <= least) continue;
    least = value;
    found = box;
  }
  return found;
}
