import type { Zone } from '@sightline/schemas';
import { createArea, type AreaState } from './area/area.js';
import { createLine, type LineState } from './line/line.js';
import { createQueue, type QueueState } from './queue/queue.js';
import { createShelf, type ShelfState } from './shelf/shelf.js';
import { withSight } from './sight.js';
import { createStalls, type StallsState } from './stalls/stalls.js';
import type { CreateZone } from './zone.js';

/**
 * Makes zones of every kind.
 *
 *     const zone = createZone({ kind: 'line', name: 'door', line: [[0.2, 0.6], [0.8, 0.6]], anchor: 'bottom-centre' });
 *     const { events, measures } = zone.step({ input, tracks, ended, seconds });
 */
export const createZone: CreateZone = zonesOf({ timezone: 'UTC' });

/** The same for a site whose day begins and ends elsewhere: `occupancy.resetAt` is a time of day there. */
export function zonesOf({ timezone }: { readonly timezone: string }): CreateZone {
  return (config, restored) => withSight((state) => create(config, timezone, state), restored);
}

function create(config: Zone, timezone: string, state: unknown): ReturnType<typeof createArea> {
  switch (config.kind) {
    case 'line':
      return createLine(config, timezone, state as LineState | undefined);
    case 'area':
      return createArea(config, state as AreaState | undefined);
    case 'queue':
      return createQueue(config, state as QueueState | undefined);
    case 'stalls':
      return createStalls(config, state as StallsState | undefined);
    case 'shelf':
      return createShelf(config, state as ShelfState | undefined);
  }
}

