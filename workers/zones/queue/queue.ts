import { insidePolygon, type QueueZone } from '@sightline/schemas';
import { countsIn } from '../classes.js';
import { createVisits, type Visit, type VisitsState } from '../visits.js';
import type { SeeingZone } from '../sight.js';
import type { ZoneEventDraft } from '../zone.js';

/** Who waits in line. Measures: length, longestWait, meanWait, served, abandoned. */
export interface QueueState {
  readonly visits: VisitsState;
  readonly joined: readonly number[];
  readonly served: number;
  readonly abandoned: number;
}

/** Seconds in the polygon after which someone queues rather than passes. */
const joinAfter = 3;
/** Distance from the head, in object sizes, at which leaving means being served. */
const atHead = 1.5;
const second = 1_000_000;

export function createQueue(config: QueueZone, restored?: QueueState): SeeingZone {
  const classes = config.classes ?? ['person'];
  const visits = createVisits({ polygon: config.polygon, anchor: config.anchor, counts: (track) => countsIn(classes, track) }, restored?.visits);
  const joined = new Set(restored?.joined ?? []);
  let served = restored?.served ?? 0;
  let abandoned = restored?.abandoned ?? 0;

  const wasServed = ({ point, size }: Visit, aspect: number): boolean => {
    if (config.service) return insidePolygon([point[0] / aspect, point[1]], config.service);
    if (config.head) return Math.hypot(point[0] - config.head[0] * aspect, point[1] - config.head[1]) < atHead * size;
    return true;
  };

  return {
    measureNames: ['length', 'longestWait', 'meanWait', 'served', 'abandoned'],
    step(frame) {
      const { capturedAt: at, aspect } = frame.input;
      const { present, left } = visits.step(frame);
      const events: ZoneEventDraft[] = [];
      const about = ({ track, cls, point }: Visit) => ({ track, cls, point: [point[0] / aspect, point[1]] as const });
      for (const visit of present) {
        if (joined.has(visit.object) || (at - visit.since) / second < joinAfter) continue;
        joined.add(visit.object);
        events.push({ kind: 'joined', at: visit.since, ...about(visit) });
      }
      for (const visit of left) {
        if (!joined.delete(visit.object)) continue;
        const kind = wasServed(visit, aspect) ? 'served' : 'abandoned';
        if (kind === 'served') served += 1;
        else abandoned += 1;
        events.push({ kind, at: visit.until, seconds: (visit.until - visit.since) / second, ...about(visit) });
      }
      const waits = present.filter(({ object }) => joined.has(object)).map(({ since }) => (at - since) / second);
      const total = waits.reduce((sum, wait) => sum + wait, 0);
      return { events, measures: { length: waits.length, longestWait: waits.length ? Math.max(...waits) : 0, meanWait: waits.length ? total / waits.length : 0, served, abandoned } };
    },
    resume(seconds, moved) {
      if (!moved) return visits.skip(seconds);
      visits.clear();
      joined.clear();
    },
    snapshot: (): QueueState => ({ visits: visits.snapshot(), joined: [...joined], served, abandoned }),
  };
}
