import type { Store } from '@sightline/runtime/store/store';
import { mainMeasures } from './measures.js';

/** The last hour of every zone's main measure by the minute, and what is usual at this time of the day. */
export interface Spark {
  /** [µs, value]. */
  readonly points: readonly (readonly [number, number | null])[];
  readonly usual: number | null;
}

interface SparkRow {
  readonly camera: string;
  readonly zone: string;
  readonly t: readonly number[];
  readonly v: readonly (number | null)[];
}

/** Days that usual is a mean over. */
const usualDays = 7;
const isMain = Object.entries(mainMeasures).map(([kind, measure]) => `(zone_kind = '${kind}' AND measure = '${measure}')`).join(' OR ');

export async function findSparks(store: Store): Promise<Record<string, Spark>> {
  const [hour, crossings, usual] = await Promise.all([
    store.query<SparkRow>(`SELECT camera, zone, groupArray(t) AS t, groupArray(value) AS v FROM (
      SELECT camera, zone, toUnixTimestamp(at) AS t, if(sum(known) = 0, NULL, sum(total) / sum(known)) AS value
      FROM samples_1m WHERE at >= now() - INTERVAL 1 HOUR AND class = '' AND (${isMain}) GROUP BY camera, zone, t ORDER BY t
    ) GROUP BY camera, zone`),
    store.query<{ camera: string; zone: string; t: number; n: number }>(
      `SELECT camera, zone, toUnixTimestamp(toStartOfMinute(at)) AS t, count() AS n FROM events WHERE at >= now() - INTERVAL 1 HOUR AND kind = 'crossed' GROUP BY camera, zone, t`,
    ),
    store.query<{ camera: string; zone: string; usual: number | null }>(`SELECT camera, zone, avg(value) AS usual FROM (
      SELECT camera, zone, at, sum(total) / sum(known) AS value FROM samples_15m
      WHERE class = '' AND (${isMain}) AND zone_kind != 'line' AND at IN (SELECT toStartOfFifteenMinutes(now()) - INTERVAL number + 1 DAY FROM numbers(${usualDays}))
      GROUP BY camera, zone, at HAVING sum(known) > 0
    ) GROUP BY camera, zone`),
  ]);
  const usualOf = new Map(usual.map((row) => [`${row.camera}/${row.zone}`, row.usual]));
  const perMinute = new Map(crossings.map((row) => [`${row.camera}/${row.zone}/${row.t}`, row.n]));
  const lines = new Set(crossings.map((row) => `${row.camera}/${row.zone}`));
  return Object.fromEntries(
    hour.map(({ camera, zone, t, v }) => {
      const key = `${camera}/${zone}`;
      // A line's sum only grows; what it shows is how many crossed in each minute.
      const points = t.map((at, i) => [at * 1_000_000, lines.has(key) ? (perMinute.get(`${key}/${at}`) ?? 0) : (v[i] ?? null)] as const);
      return [key, { points, usual: usualOf.get(key) ?? null }];
    }),
  );
}
