import type { AreaZone } from '@sightline/schemas';
import { countsIn } from '../classes.js';
import { createTrails, type TrailsState } from '../trails.js';
import { createVisits, nearPolygon, visitPatience, type Visit } from '../visits.js';
import type { SeeingZone } from '../sight.js';
import type { ZoneEventDraft } from '../zone.js';

/**
 * Counts who is in a polygon, for how long, and says when someone stays too long or it fills up. Measures: count; density
 * (share of `capacity`); longestDwell (s, of who is there now); crowded (0 or 1).
 */
export interface AreaState {
  readonly trails: TrailsState;
  readonly visits: readonly Visit[];
  /** Objects whose loitering has been said. */
  readonly loitered: readonly number[];
  /** µs since which the crowd is there, or since which it is not. */
  readonly crowdedSince: number | null;
  readonly crowded: boolean;
}

const second = 1_000_000;

export function createArea(config: AreaZone, restored?: AreaState): SeeingZone {
  const trails = createTrails({ anchor: config.anchor, patience: visitPatience, least: 0, near: nearPolygon(config.polygon, config.anchor) }, restored?.trails);
  const visits = createVisits(config.polygon, restored?.visits);
  const loitered = new Set(restored?.loitered ?? []);
  let crowdedSince = restored?.crowdedSince ?? null;
  let crowded = restored?.crowded ?? false;

  function crowd(count: number, at: number): ZoneEventDraft[] {
    if (!config.crowd) return [];
    if (count >= config.crowd.count === crowded) {
      crowdedSince = null;
      return [];
    }
    crowdedSince ??= at;
    if ((at - crowdedSince) / second < config.crowd.for) return [];
    const since = crowdedSince;
    crowded = !crowded;
    crowdedSince = null;
    return [{ kind: crowded ? 'crowded' : 'uncrowded', at: since, value: count }];
  }

  return {
    measureNames: ['count', 'longestDwell', ...(config.capacity ? ['density'] : []), ...(config.crowd ? ['crowded'] : [])],
    step(frame) {
      const { capturedAt: at, aspect } = frame.input;
      const { entered, present, left } = visits.step(
        frame.input,
        trails.step(frame, (track) => countsIn(config.classes, track)),
      );
      const about = ({ track, cls, point }: Visit) => ({ track, cls, point: [point[0] / aspect, point[1]] as const });
      const events: ZoneEventDraft[] = [];
      for (const visit of entered) events.push({ kind: 'entered', at: visit.since, ...about(visit) });
      for (const visit of left) {
        events.push({ kind: 'left', at: visit.until, seconds: (visit.until - visit.since) / second, ...about(visit) });
        loitered.delete(visit.object);
      }
      const perClass: Record<string, number> = {};
      let longestDwell = 0;
      for (const visit of present) {
        perClass[visit.cls] = (perClass[visit.cls] ?? 0) + 1;
        const dwell = (at - visit.since) / second;
        longestDwell = Math.max(longestDwell, dwell);
        if (config.loiterAfter === undefined || dwell < config.loiterAfter || loitered.has(visit.object)) continue;
        loitered.add(visit.object);
        events.push({ kind: 'loitering', at: visit.since + Math.round(config.loiterAfter * second), seconds: dwell, ...about(visit) });
      }
      events.push(...crowd(present.length, at));
      return {
        events,
        measures: {
          count: present.length,
          longestDwell,
          ...(config.capacity && { density: present.length / config.capacity }),
          ...(config.crowd && { crowded: crowded ? 1 : 0 }),
        },
        ...(present.length > 0 && { perClass: { count: perClass } }),
      };
    },
    resume(seconds, moved) {
      if (moved) {
        trails.clear();
        visits.clear();
        loitered.clear();
      } else {
        trails.skip(seconds);
        visits.skip(seconds);
      }
      crowdedSince = null;
    },
    snapshot: (): AreaState => ({ trails: trails.snapshot(), visits: visits.snapshot(), loitered: [...loitered], crowdedSince, crowded }),
  };
}
