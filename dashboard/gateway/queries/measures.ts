import type { ZoneKind } from '@sightline/schemas';

/** The measure that speaks for a kind of zone: what its tile, its sparkline and its usual value show. */
export const mainMeasures: Readonly<Record<ZoneKind, string>> = { line: 'in', area: 'count', queue: 'length', stalls: 'free', shelf: 'fill' };

/** Measures that only grow: what is asked of a span is how much they grew, which the events count exactly. */
export const countedByEvents: Readonly<Record<string, { readonly kind: string; readonly direction: string }>> = {
  in: { kind: 'crossed', direction: 'in' },
  out: { kind: 'crossed', direction: 'out' },
  served: { kind: 'served', direction: '' },
  abandoned: { kind: 'abandoned', direction: '' },
};
