import type { Store } from '@sightline/runtime/store/store';

/** Ways that objects took through the zones of a camera, the most usual first. */
export interface Journeys {
  /** Objects in all, those of rarer ways too. */
  readonly total: number;
  readonly paths: readonly JourneyPath[];
}

export interface JourneyPath {
  readonly steps: readonly { readonly zone: string; readonly direction?: 'in' | 'out'; readonly abandoned?: boolean }[];
  readonly count: number;
  /** Median time from entering the first to leaving the last zone. */
  readonly medianSeconds: number;
}

interface PathRow {
  readonly zones: readonly string[];
  readonly directions: readonly string[];
  readonly gaveUp: readonly number[];
  readonly n: number;
  readonly median: number;
  readonly total: number;
}

/** More ways than one reads. */
const mostPaths = 20;

/** Of journeys that began in [from, to), s since the Unix epoch. A zone left and entered again at once counts as one stop. */
export async function findJourneys(store: Store, camera: string, from: number, to: number): Promise<Journeys> {
  const rows = await store.query<PathRow>(
    `SELECT path.1 AS zones, path.2 AS directions, path.3 AS gaveUp, count() AS n, quantile(0.5)(seconds) AS median, sum(n) OVER () AS total
     FROM (
       SELECT arrayCompact(arrayMap((zone, direction) -> (zone, direction, has(abandoned, zone)), zones, directions)) AS path, dateDiff('millisecond', began, ended) / 1000 AS seconds
       FROM journeys WHERE camera = {camera:String} AND began >= toDateTime64({from:Int64}, 6) AND began < toDateTime64({to:Int64}, 6)
     ) GROUP BY path ORDER BY n DESC, zones LIMIT ${mostPaths}`,
    { camera, from, to },
  );
  return {
    total: rows[0]?.total ?? 0,
    paths: rows.map(({ zones, directions, gaveUp, n, median }) => ({
      steps: zones.map((zone, i) => ({ zone, ...stepOf(directions[i] ?? ''), ...(gaveUp[i] === 1 && { abandoned: true }) })),
      count: n,
      medianSeconds: median,
    })),
  };
}

function stepOf(direction: string): { readonly direction?: 'in' | 'out' } {
  return direction === 'in' || direction === 'out' ? { direction } : {};
}
