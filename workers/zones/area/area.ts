import type { AreaZone } from '@sightline/schemas';
import { countsIn } from '../classes.js';
import { createVisits, type Visit, type VisitsState } from '../visits.js';
import type { SeeingZone } from '../sight.js';
import type { ZoneEventDraft } from '../zone.js';

/** Counts who is in a polygon, for how long, and says when someone stays too long or it fills up. Measures: count, density. */
export interface AreaState {
  readonly visits: VisitsState;
  /** Objects whose loitering has been said. */
  readonly loitered: readonly number[];
  /** µs since which the crowd is there, or since which it is not. */
  readonly crowdedSince: number | null;
  readonly crowded: boolean;
}

const second = 1_000_000;

export function createArea(config: AreaZone, restored?: AreaState): SeeingZone {
  const visits = createVisits({ polygon: config.polygon, anchor: config.anchor, counts: (track) => countsIn(config.classes, track) }, restored?.visits);
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
    measureNames: config.capacity ? ['count', 'density'] : ['count'],
    step(frame) {
      const { capturedAt: at, aspect } = frame.input;
      const { entered, present, left } = visits.step(frame);
      const about = ({ track, cls, point }: Visit) => ({ track, cls, point: [point[0] / aspect, point[1]] as const });
      const events: ZoneEventDraft[] = [];
      for (const visit of entered) events.push({ kind: 'entered', at: visit.since, ...about(visit) });
      for (const visit of left) {
        events.push({ kind: 'left', at: visit.until, seconds: (visit.until - visit.since) / second, ...about(visit) });
        loitered.delete(visit.object);
      }
      const perClass: Record<string, number> = {};
      for (const visit of present) {
        perClass[visit.cls] = (perClass[visit.cls] ?? 0) + 1;
        const dwell = (at - visit.since) / second;
        if (config.loiterAfter === undefined || dwell < config.loiterAfter || loitered.has(visit.object)) continue;
        loitered.add(visit.object);
        events.push({ kind: 'loitering', at: visit.since + Math.round(config.loiterAfter * second), seconds: dwell, ...about(visit) });
      }
      events.push(...crowd(present.length, at));
      return {
        events,
        measures: { count: present.length, ...(config.capacity && { density: present.length / config.capacity }) },
        ...(present.length > 0 && { perClass: { count: perClass } }),
      };
    },
    resume(seconds, moved) {
      if (moved) {
        visits.clear();
        loitered.clear();
      } else visits.skip(seconds);
      crowdedSince = null;
    },
    snapshot: (): AreaState => ({ visits: visits.snapshot(), loitered: [...loitered], crowdedSince, crowded }),
  };
}
