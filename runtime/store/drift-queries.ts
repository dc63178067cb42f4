import type { Store } from './store.js';

/**
 * How far apart two windows of embeddings lie: MMD², computed by ClickHouse from the sums in the table `drift`
 * (architecture, Drift; Gretton et al., A Kernel Two-Sample Test, JMLR 2012, the unbiased estimate).
 *
 *     const [{ mmd2 }] = await compareWindows(store, { cameras: ['door'], from, to }, { cameras: ['door'], from: to, to: later });
 */
export interface DriftWindow {
  readonly cameras: readonly string[];
  /** Seconds since the Unix epoch, [from, to); whole minutes. */
  readonly from: number;
  readonly to: number;
}

export interface DriftDistance {
  /** Only rows of one version compare: another model, or another sketch, gives another row of this answer. */
  readonly version: string;
  /** Frames in each window. */
  readonly nA: number;
  readonly nB: number;
  /** About 0 (slightly negative too) when both windows show the same; 2 when they have nothing in common. */
  readonly mmd2: number;
}

/**
 * MMD² of the sums and counts of two samples, whose columns are named. The sums are Array(Float64), of z in units of
 * 1/32767; the squared distance of the means is written as dot products, which the engine vectorises.
 */
export function mmd2Sql({ sA, nA, sB, nB }: { readonly sA: string; readonly nA: string; readonly sB: string; readonly nB: string }): string {
  const dot = (x: string, n: string, y: string, m: string): string => `arrayDotProduct(${x}, ${y}) / (${n} * 32767.) / (${m} * 32767.)`;
  const squareA = dot(sA, nA, sA, nA);
  const squareB = dot(sB, nB, sB, nB);
  return `${squareA} + ${squareB} - 2 * ${dot(sA, nA, sB, nB)} - (1 - ${squareA}) / (${nA} - 1) - (1 - ${squareB}) / (${nB} - 1)`;
}

const window = (name: string): string => `has({cameras${name}:Array(String)}, camera) AND minute >= toDateTime({from${name}:UInt32}) AND minute < toDateTime({to${name}:UInt32})`;

/** Minutes in which the picture was not ok for even a moment are left out of both windows. */
export const compareWindowsSql = `
SELECT version, nA, nB, ${mmd2Sql({ sA: 'sA', nA: 'nA', sB: 'sB', nB: 'nB' })} AS mmd2
FROM (
  SELECT version, sumIf(toInt64(d.n), a) AS nA, sumIf(toInt64(d.n), b) AS nB, 
    CAST(sumForEachIf(d.sums, a), 'Array(Float64)') AS sA, CAST(sumForEachIf(d.sums, b), 'Array(Float64)') AS sB
  FROM (SELECT version, n, sums, ${window('A')} AS a, ${window('B')} AS b FROM drift WHERE bad = 0 AND n > 0 AND (a OR b)) AS d
  GROUP BY version
)
WHERE nA > 1 AND nB > 1
ORDER BY nA + nB DESC`;

/** An empty answer: no version has two frames or more in both windows. */
export async function compareWindows(store: Store, a: DriftWindow, b: DriftWindow): Promise<DriftDistance[]> {
  return store.query<DriftDistance>(compareWindowsSql, { camerasA: a.cameras, fromA: a.from, toA: a.to, camerasB: b.cameras, fromB: b.from, toB: b.to });
}
