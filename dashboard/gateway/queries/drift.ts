import type { Store } from '@sightline/runtime/store/store';

/** How far each camera's picture of the last hours lies from its own past: MMD² of the embeddings, as ClickHouse computes it from the sums. */
export interface DriftOfCamera {
  readonly camera: string;
  readonly version: string;
  /** s since the Unix epoch: start of each hour of the last day. */
  readonly at: readonly number[];
  /** MMD² against the same hours of the week before; null until there are any. */
  readonly score: readonly (number | null)[];
  readonly frames: readonly number[];
  /** Days of the past that it was compared with. */
  readonly pastDays: number;
}

interface DriftRow {
  readonly camera: string;
  readonly version: string;
  readonly t: number;
  readonly n: number;
  readonly past_n: number;
  readonly past_days: number;
  readonly score: number | null;
}

/** z is stored as round(32767·z). */
const scale = 32_767;
const pastDays = 7;
/** Fewer frames than this say nothing of an hour. */
const leastFrames = 30;

export async function findDrift(store: Store): Promise<DriftOfCamera[]> {
  // MMD²_u = ‖μA−μB‖² − (1−‖μA‖²)/(nA−1) − (1−‖μB‖²)/(nB−1), architecture, Drift.
  const rows = await store.query<DriftRow>(`
    WITH hours AS (SELECT camera, version, hour, sum(d.n) AS n, sumForEachMerge(d.sums) AS sums FROM drift_hourly AS d WHERE hour >= now() - INTERVAL ${pastDays + 2} DAY GROUP BY camera, version, hour),
    pairs AS (
      SELECT a.camera AS camera, a.version AS version, toUnixTimestamp(a.hour) AS t, any(a.n) AS n, any(a.sums) AS now_sums, sum(b.n) AS past_n, sumForEach(b.sums) AS past_sums, countIf(b.n > 0) AS past_days
      FROM hours AS a LEFT JOIN hours AS b ON a.camera = b.camera AND a.version = b.version AND toHour(a.hour) = toHour(b.hour) AND b.hour < a.hour
      WHERE a.hour >= now() - INTERVAL 24 HOUR GROUP BY camera, version, t
    )
    SELECT camera, version, t, n, past_n, past_days,
      arrayMap(s -> s / (${scale} * n), now_sums) AS mu_a, arrayMap(s -> s / (${scale} * past_n), past_sums) AS mu_b,
      if(n < ${leastFrames} OR past_n < ${leastFrames} OR length(past_sums) != length(now_sums), NULL,
        arraySum(arrayMap((a, b) -> (a - b) * (a - b), mu_a, mu_b)) - (1 - arraySum(a -> a * a, mu_a)) / (n - 1) - (1 - arraySum(b -> b * b, mu_b)) / (past_n - 1)) AS score
    FROM pairs ORDER BY camera, t`);
  const cameras = new Map<string, { version: string; rows: DriftRow[] }>();
  for (const row of rows) {
    const known = cameras.get(row.camera);
    if (known?.version === row.version) known.rows.push(row);
    else cameras.set(row.camera, { version: row.version, rows: [row] });
  }
  return [...cameras].map(([camera, { version, rows: own }]) => ({
    camera,
    version,
    at: own.map((row) => row.t),
    score: own.map((row) => row.score),
    frames: own.map((row) => row.n),
    pastDays: Math.max(0, ...own.map((row) => row.past_days)),
  }));
}
