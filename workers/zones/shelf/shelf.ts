import type { ShelfZone } from '@sightline/schemas';
import type { SeeingZone } from '../sight.js';

/** Which facings of a shelf are empty. Measures: fill, empty. */
export function createShelf(config: ShelfZone): SeeingZone {
  return {
    measureNames: ['fill', 'empty'],
    step: ({ input }) => (input.facings ? { events: [], measures: { fill: 1, empty: 0, facings: config.facings.length } } : { events: [], measures: { fill: null, empty: null } }),
    resume: () => undefined,
    snapshot: () => ({}),
  };
}
