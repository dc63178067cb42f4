import { literal } from '@sightline/runtime/store/parameters';
import type { QueryParams, Store } from '@sightline/runtime/store/store';
import { countedByEvents } from './measures.js';

/** One measure of one zone over a span, in equal steps. Steps without any sample are absent: a gap, not a zero. */
export interface SeriesRequest {
  readonly camera: string;
  readonly zone: string;
  readonly measure: string;
  /** s since the Unix epoch, [from, to). */
  readonly from: number;
  readonly to: number;
  /** Seconds; from a minute on it is answered by the rollups. */
  readonly step: number;
  readonly timezone: string;
}

export interface Series {
  readonly step: number;
  /** s since the Unix epoch: start of each step. */
  readonly at: readonly number[];
  /** Mean of the step; for counts how many. null: unknown throughout. */
  readonly value: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  /** Share of the step's seconds that are known and were seen, 0..1. */
  readonly trust: readonly number[];
  /** The query, ready to run on the store's door. */
  readonly sql: string;
}

interface SeriesRow {
  readonly t: number;
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly trust: number;
}

/** Steps that a chart can ask for: finer than two pixels each is not seen. */
export const steps = [1, 10, 60, 300, 900, 3600, 86_400] as const;
/** Points of a chart; a 4K screen has no more columns. */
export const mostPoints = 2000;

/** Bars of a count need room, and a bar of a second says nothing. */
const mostBars = 120;

export function stepFor(spanSeconds: number, measure: string): number {
  const most = measure in countedByEvents ? mostBars : mostPoints / 2;
  return steps.find((step) => spanSeconds / step <= most) ?? 86_400;
}

export async function findSeries(store: Store, request: SeriesRequest): Promise<Series> {
  const { sql, params } = seriesQuery(request);
  const rows = await store.query<SeriesRow>(sql, params, { timeoutSeconds: 20 });
  return {
    step: request.step,
    at: rows.map((row) => row.t),
    value: rows.map((row) => row.value),
    low: rows.map((row) => row.low),
    high: rows.map((row) => row.high),
    trust: rows.map((row) => row.trust),
    sql: fillParameters(sql, params),
  };
}

/** The query of a series and its parameters; also for downloads. */
export function seriesQuery(request: SeriesRequest): { readonly sql: string; readonly params: QueryParams } {
  const { camera, zone, measure, from, to, step } = request;
  const params = { camera, zone, measure, from, to };
  const counted = countedByEvents[measure];
  // Days begin at midnight of the site, whatever the length of the day.
  const bucket = (column: string): string => `toUnixTimestamp(toStartOfInterval(${column}, INTERVAL ${step === 86_400 ? '1 DAY' : `${step} SECOND`}, {timezone:String}))`;
  if (counted) {
    return {
      sql: `SELECT t, toFloat64(sumIf(n, counted)) AS value, value AS low, value AS high, 1 AS trust FROM (
  SELECT ${bucket('at')} AS t, count() AS n, 1 AS counted FROM events WHERE at >= toDateTime64({from:Int64}, 6) AND at < toDateTime64({to:Int64}, 6) AND camera = {camera:String} AND zone = {zone:String} AND kind = {kind:String} AND direction = {direction:String} GROUP BY t
  UNION ALL
  SELECT ${bucket('at')} AS t, 0 AS n, 0 AS counted FROM ${step < 60 ? 'samples' : step < 900 ? 'samples_1m' : 'samples_15m'} WHERE camera = {camera:String} AND zone = {zone:String} AND measure = {measure:String} AND class = '' AND at >= toDateTime({from:Int64}) AND at < toDateTime({to:Int64}) GROUP BY t
) GROUP BY t ORDER BY t`,
      params: { ...params, kind: counted.kind, direction: counted.direction, timezone: request.timezone },
    };
  }
  const span = `camera = {camera:String} AND zone = {zone:String} AND measure = {measure:String} AND class = '' AND at >= toDateTime({from:Int64}) AND at < toDateTime({to:Int64})`;
  if (step < 60) {
    return {
      sql: `SELECT ${bucket('at')} AS t, avg(samples.value) AS value, min(samples.value) AS low, max(samples.value) AS high, sum(if(isNull(samples.value), 0, coverage)) / ${step} AS trust FROM samples WHERE ${span} GROUP BY t ORDER BY t`,
      params: { ...params, timezone: request.timezone },
    };
  }
  return {
    sql: `SELECT ${bucket('at')} AS t, if(sum(known) = 0, NULL, sum(total) / sum(known)) AS value, min(s.low) AS low, max(s.high) AS high, if(sum(known) + sum(unknown) = 0, 0, sum(coverage) / (sum(known) + sum(unknown))) AS trust FROM ${step < 900 ? 'samples_1m' : 'samples_15m'} AS s WHERE ${span} GROUP BY t ORDER BY t`,
    params: { ...params, timezone: request.timezone },
  };
}

/** The query with its values in place, for people to copy. */
export function fillParameters(sql: string, params: QueryParams): string {
  return sql.replace(/\{(\w+):[\w()]+\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return valueText(value);
  });
}

function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  return typeof value === 'string' ? literal(value) : JSON.stringify(value);
}
