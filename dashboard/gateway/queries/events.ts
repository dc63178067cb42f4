import type { QueryParams, Store } from '@sightline/runtime/store/store';
import type { LiveEvent, LiveZoneKind } from '@sightline/schemas';

/** Events as the store has them, filtered, a page at a time. */
export interface EventFilter {
  readonly cameras?: readonly string[] | undefined;
  readonly zone?: string | undefined;
  readonly kind?: string | undefined;
  readonly cls?: string | undefined;
  /** µs, [from, to). */
  readonly from: number;
  readonly to: number;
  /** newest first, or the longest dwell or wait first. */
  readonly order: 'newest' | 'longest';
  /** Continues behind this event (newest order only). */
  readonly before?: { readonly at: number; readonly id: string } | undefined;
  readonly limit: number;
}

export interface EventRow {
  readonly micros: number;
  readonly camera: string;
  readonly zone: string;
  readonly zone_kind: LiveZoneKind;
  readonly kind: string;
  readonly class: string;
  readonly direction: string;
  readonly track: string;
  readonly part: string;
  readonly seconds: number | null;
  readonly value: number | null;
  readonly x: number | null;
  readonly y: number | null;
  readonly id: string;
}

export const eventColumns = 'toUnixTimestamp64Micro(at) AS micros, camera, zone, zone_kind, kind, class, direction, track, part, seconds, value, x, y, id';

export function eventWhere(filter: EventFilter): { readonly where: string; readonly params: QueryParams } {
  const parts = ['at >= fromUnixTimestamp64Micro({from:Int64})', 'at < fromUnixTimestamp64Micro({to:Int64})'];
  const params: Record<string, unknown> = { from: filter.from, to: filter.to };
  const equal = (column: string, name: string, value: string | undefined): void => {
    if (value === undefined) return;
    parts.push(`${column} = {${name}:String}`);
    params[name] = value;
  };
  if (filter.cameras) {
    parts.push('camera IN {cameras:Array(String)}');
    params['cameras'] = filter.cameras;
  }
  equal('zone', 'zone', filter.zone);
  equal('kind', 'kind', filter.kind);
  equal('class', 'cls', filter.cls);
  if (filter.order === 'longest') parts.push('seconds IS NOT NULL');
  if (filter.before && filter.order === 'newest') {
    parts.push('at <= fromUnixTimestamp64Micro({beforeAt:Int64})', '(at, id) < (fromUnixTimestamp64Micro({beforeAt:Int64}), {beforeId:String})');
    params['beforeAt'] = filter.before.at;
    params['beforeId'] = filter.before.id;
  }
  return { where: parts.join(' AND '), params };
}

export async function findEvents(store: Store, filter: EventFilter): Promise<LiveEvent[]> {
  return (await store.query<EventRow>(...(filter.order === 'newest' ? cutOff(filter) : fillable(filter)))).map(eventOf);
}

/**
 * The same answer, found from the end: the table is in the order of time, but not of ids within a moment, so the moment of the last
 * event is found first, and only what lies behind it is sorted.
 */
function cutOff(filter: EventFilter): [sql: string, params: QueryParams] {
  const { where, params } = eventWhere(filter);
  const first = `SELECT min(at) FROM (SELECT at FROM events WHERE ${where} ORDER BY at DESC LIMIT {limit:UInt32})`;
  return [`SELECT ${eventColumns} FROM events WHERE ${where} AND at >= (${first}) ORDER BY at DESC, id DESC LIMIT {limit:UInt32}`, { ...params, limit: filter.limit }];
}

/** The query of a page of events as a person would write it, and its parameters. */
export function fillable(filter: EventFilter): [sql: string, params: QueryParams] {
  const { where, params } = eventWhere(filter);
  const order = filter.order === 'longest' ? 'seconds DESC, at DESC' : 'at DESC, id DESC';
  return [`SELECT ${eventColumns} FROM events WHERE ${where} ORDER BY ${order} LIMIT {limit:UInt32}`, { ...params, limit: filter.limit }];
}

export function eventOf(row: EventRow): LiveEvent {
  return {
    id: row.id,
    camera: row.camera,
    zone: row.zone,
    zoneKind: row.zone_kind,
    kind: row.kind,
    at: row.micros,
    ...(row.track !== '' && { track: row.track }),
    ...(row.class !== '' && { cls: row.class }),
    ...((row.direction === 'in' || row.direction === 'out') && { direction: row.direction }),
    ...(row.seconds !== null && { seconds: row.seconds }),
    ...(row.part !== '' && { part: row.part }),
    ...(row.x !== null && row.y !== null && { point: [row.x, row.y] as const }),
    ...(row.value !== null && { value: row.value }),
  };
}
