import { insidePolygon, type StallsZone } from '@sightline/schemas';
import { isVehicle } from '../classes.js';
import type { SeeingZone } from '../sight.js';
import type { ZoneEventDraft } from '../zone.js';

/** Which stalls hold a parked vehicle, and since when. Measures: occupied, free. */
export interface StallsState {
  readonly stalls: readonly (Stall | null)[];
}

interface Stall {
  readonly since: number;
  readonly seen: number;
  readonly parked: boolean;
}

/** Seconds a vehicle stands before it is parked, and stays unseen before it has departed. */
const parkAfter = 5;
const departAfter = 10;
const second = 1_000_000;

export function createStalls(config: StallsZone, restored?: StallsState): SeeingZone {
  const stalls: (Stall | null)[] = config.stalls.map((_, index) => restored?.stalls[index] ?? null);
  return {
    measureNames: ['occupied', 'free'],
    step({ input, tracks }) {
      const at = input.capturedAt;
      const events: ZoneEventDraft[] = [];
      const vehicles = tracks.filter(({ cls, coasting }) => coasting === 0 && (config.classes?.includes(cls) ?? isVehicle(cls)));
      config.stalls.forEach(({ name, polygon }, index) => {
        const held = vehicles.some((box) => insidePolygon([box.x + box.w / 2, box.y + 0.75 * box.h], polygon));
        let stall = stalls[index] ?? null;
        if (held) stall = { since: stall?.since ?? at, seen: at, parked: stall?.parked ?? false };
        if (held && stall && !stall.parked && (at - stall.since) / second >= parkAfter) {
          stall = { ...stall, parked: true };
          events.push({ kind: 'parked', at: stall.since, part: name });
        }
        if (stall && (at - stall.seen) / second >= departAfter) {
          if (stall.parked) events.push({ kind: 'departed', at: stall.seen, part: name, seconds: (stall.seen - stall.since) / second });
          stall = null;
        }
        stalls[index] = stall;
      });
      const occupied = stalls.filter((stall) => stall?.parked).length;
      return { events, measures: { occupied, free: stalls.length - occupied } };
    },
    resume(seconds) {
      stalls.forEach((stall, index) => {
        if (stall) stalls[index] = { ...stall, seen: stall.seen + Math.round(seconds * second) };
      });
    },
    snapshot: (): StallsState => ({ stalls: [...stalls] }),
  };
}
