import type { Store } from '@sightline/runtime/store/store';
import type { LiveEvent, LiveZone, LiveZoneKind } from '@sightline/schemas';
import { eventColumns, eventOf, type EventRow } from './events.js';

/** Last values and events as the store has them: what a gateway shows before the first record reaches it. */
export interface Restored {
  readonly zones: readonly LiveZone[];
  readonly events: readonly LiveEvent[];
}

interface LatestRow {
  readonly camera: string;
  readonly zone: string;
  readonly zone_kind: LiveZoneKind;
  readonly measure: string;
  readonly class: string;
  readonly micros: number;
  readonly value: number | null;
  readonly coverage: number;
}

const eventsRestored = 100;
/** Older than this is no last value but history. */
const oldestHours = 48;

export async function restore(store: Store): Promise<Restored> {
  const [latest, events] = await Promise.all([
    store.query<LatestRow>(`SELECT camera, zone, zone_kind, measure, class, toUnixTimestamp(at) * 1000000 AS micros, value, coverage FROM latest FINAL WHERE at > now() - INTERVAL ${oldestHours} HOUR`),
    store.query<EventRow>(`SELECT ${eventColumns} FROM events WHERE at > now() - INTERVAL ${oldestHours} HOUR ORDER BY at DESC LIMIT ${eventsRestored}`),
  ]);
  return { zones: zonesOf(latest), events: events.map(eventOf) };
}

function zonesOf(rows: readonly LatestRow[]): LiveZone[] {
  const newest = new Map<string, number>();
  const keyOf = (row: LatestRow): string => `${row.camera}/${row.zone}`;
  for (const row of rows) newest.set(keyOf(row), Math.max(newest.get(keyOf(row)) ?? 0, row.micros));
  const zones = new Map<string, { zone: LiveZone; measures: Record<string, number | null>; perClass: Record<string, Record<string, number>> }>();
  for (const row of rows) {
    const key = keyOf(row);
    // A measure that the newest sample no longer has belongs to an earlier shape of the zone.
    if (row.micros !== newest.get(key)) continue;
    let entry = zones.get(key);
    if (!entry) {
      const measures: Record<string, number | null> = {};
      const perClass: Record<string, Record<string, number>> = {};
      entry = { measures, perClass, zone: { camera: row.camera, zone: row.zone, kind: row.zone_kind, at: row.micros, seenAt: row.micros / 1000, measures, perClass, coverage: row.coverage } };
      zones.set(key, entry);
    }
    if (row.class === '') entry.measures[row.measure] = row.value;
    else if (row.value !== null) (entry.perClass[row.measure] ??= {})[row.class] = row.value;
  }
  return [...zones.values()].map(({ zone }) => zone);
}
