import type { Store } from '@sightline/runtime/store/store';

/**
 * Every rollup against the rows it is made from: how many of its keys say something else than their source, are missing,
 * or have no source. A view that missed a batch, or took one twice, shows here.
 */
export async function differingRollups(store: Store): Promise<Readonly<Record<string, number>>> {
  const differing: Record<string, number> = {};
  for (const [rollup, sql] of Object.entries(comparisons)) differing[rollup] = (await store.query<{ n: number }>(sql))[0]!.n;
  return differing;
}

/** Sums of fractions in another order differ in their last digits. */
const tolerance = 1e-6;

function samplesBy(rollup: string, start: string): string {
  const keys = 'slot, camera, zone, measure, class';
  return `
    WITH
      source AS (
        SELECT ${start}(s.at) AS slot, camera, zone, measure, class, count(value) AS known, count() - count(value) AS unknown, sum(ifNull(value, 0)) AS total,
          min(value) AS low, max(value) AS high, maxIf((s.at, ifNull(value, 0)), value IS NOT NULL) AS last, sum(toFloat64(s.coverage)) AS covered
        FROM samples AS s GROUP BY ${keys}),
      rolled AS (
        SELECT r.at AS slot, camera, zone, measure, class, sum(r.known) AS known, sum(r.unknown) AS unknown, sum(r.total) AS total,
          min(r.low) AS low, max(r.high) AS high, max(r.last) AS last, sum(r.coverage) AS covered
        FROM ${rollup} AS r GROUP BY ${keys})
    SELECT toInt64(count()) AS n FROM source FULL JOIN rolled USING (${keys})
    WHERE source.known != rolled.known OR source.unknown != rolled.unknown OR source.low IS DISTINCT FROM rolled.low OR source.high IS DISTINCT FROM rolled.high
      OR source.last != rolled.last OR abs(source.total - rolled.total) > ${tolerance} OR abs(source.covered - rolled.covered) > ${tolerance}`;
}

function driftBy(rollup: string, column: string, start: string): string {
  return `
    WITH
      source AS (SELECT ${start}(minute) AS slot, camera, version, sum(toUInt64(d.n)) AS frames, sumForEach(d.sums) AS added FROM drift AS d WHERE bad = 0 GROUP BY slot, camera, version),
      rolled AS (SELECT ${column} AS slot, camera, version, sum(r.n) AS frames, sumForEachMerge(r.sums) AS added FROM ${rollup} AS r GROUP BY slot, camera, version)
    SELECT toInt64(count()) AS n FROM source FULL JOIN rolled USING (slot, camera, version) WHERE source.frames != rolled.frames OR source.added != rolled.added`;
}

const comparisons: Readonly<Record<string, string>> = {
  samples_1m: samplesBy('samples_1m', 'toStartOfMinute'),
  samples_15m: samplesBy('samples_15m', 'toStartOfFifteenMinutes'),
  latest: `
    WITH
      source AS (SELECT camera, zone, measure, class, max(s.at) AS newest, argMax(tuple(s.value), s.at).1 AS said FROM samples AS s GROUP BY camera, zone, measure, class),
      rolled AS (SELECT camera, zone, measure, class, l.at AS newest, l.value AS said FROM latest AS l FINAL)
    SELECT toInt64(count()) AS n FROM source FULL JOIN rolled USING (camera, zone, measure, class) WHERE source.newest != rolled.newest OR source.said IS DISTINCT FROM rolled.said`,
  drift_hourly: driftBy('drift_hourly', 'hour', 'toStartOfHour'),
  drift_slots: driftBy('drift_slots', 'slot', 'toStartOfFiveMinutes'),
};
