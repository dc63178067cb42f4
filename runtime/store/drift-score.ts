import { mmd2Sql } from './drift-queries.js';
import type { Store } from './store.js';

/**
 * Whether a camera sees what it is used to: each five minutes of a day against the same five minutes of its other days, and
 * the worst of today against the worst of each day before (conformal: Vovk et al., Algorithmic Learning in a Random World).
 *
 *     const score = await driftScore(store, { camera: 'door', until: Date.now() / 1000, timezone: 'Europe/Berlin' });
 *     if (score.state === 'drifted') …
 */
export interface DriftScoreOptions {
  readonly camera: string;
  /** Seconds since the Unix epoch; the day it lies in is judged up to here. */
  readonly until: number;
  /** IANA zone: slots of the day follow the light and the opening hours. */
  readonly timezone: string;
}

export interface DriftScore {
  /** uncalibrated: fewer days were seen than a threshold needs. unknown: nothing to compare today. */
  readonly state: 'ok' | 'drifted' | 'uncalibrated' | 'unknown';
  /** Largest MMD² of today's slots; null when unknown. */
  readonly score: number | null;
  /** An undisturbed day goes beyond it in one of twenty; null until it is calibrated. */
  readonly threshold: number | null;
  /** Days that are compared with, and how many a threshold needs. */
  readonly days: number;
  readonly daysNeeded: number;
  /** Today's slots: seconds since the Unix epoch, and their MMD². */
  readonly slots: readonly { readonly at: number; readonly score: number }[];
}

/** Share of undisturbed days that raise an alarm all the same: one day in twenty, per camera. */
const falseAlarmShare = 0.05;
/** So many days make the smallest possible conformal p-value reach that share. */
export const daysNeeded = Math.ceil(1 / falseAlarmShare) - 1;
/** Eight weeks: long enough for the threshold not to be a single day's, short enough to follow the seasons. */
const daysKept = 56;
/** Half a minute at one frame a second; with fewer the estimate is mostly noise. */
const leastFrames = 30;
/** A day counts when it has at least this share of the slots that today has, else its worst would look too good. */
const leastShareOfSlots = 0.8;
const daySeconds = 86_400;

/** Each slot of each day against the same slot of all other days, of the camera's newest version. */
export const slotScoresSql = `
WITH
  slots AS (
    SELECT toDate(slot, {zone:String}) AS day, toHour(slot, {zone:String}) * 12 + intDiv(toMinute(slot, {zone:String}), 5) AS part,
      toUnixTimestamp(min(slot)) AS at, toInt64(sum(d.n)) AS n, CAST(sumForEachMerge(d.sums), 'Array(Float64)') AS s
    FROM drift_slots AS d
    WHERE camera = {camera:String} AND slot >= toDateTime({from:UInt32}) AND slot < toDateTime({until:UInt32})
      AND version = (SELECT argMax(version, slot) FROM drift_slots WHERE camera = {camera:String} AND slot < toDateTime({until:UInt32}))
    GROUP BY day, part
    HAVING n >= {leastFrames:UInt32}
  ),
  totals AS (SELECT part, sum(n) AS n, sumForEach(s) AS s FROM slots GROUP BY part)
SELECT toString(day) AS day, groupArray(part) AS parts, groupArray(at) AS ats, groupArray(score) AS scores
FROM (
  SELECT day, part, at, ${mmd2Sql({ sA: 's', nA: 'n', sB: 'sRest', nB: 'nRest' })} AS score
  FROM (
    SELECT day, part, at, slots.n AS n, slots.s AS s, totals.n - slots.n AS nRest, arrayMap((total, own) -> total - own, totals.s, slots.s) AS sRest
    FROM slots INNER JOIN totals USING part
  )
  WHERE nRest > 1
  ORDER BY day, part
)
GROUP BY day
ORDER BY day`;

interface DayOfSlots {
  readonly day: string;
  readonly parts: readonly number[];
  readonly ats: readonly number[];
  readonly scores: readonly number[];
}

export async function driftScore(store: Store, { camera, until, timezone }: DriftScoreOptions): Promise<DriftScore> {
  const params = { camera, zone: timezone, from: Math.floor(until - daysKept * daySeconds), until: Math.floor(until), leastFrames };
  const days = await store.query<DayOfSlots>(slotScoresSql, params);
  const today = days.find(({ day }) => day === localDay(until, timezone));
  if (!today) return { state: 'unknown', score: null, threshold: null, days: days.length, daysNeeded, slots: [] };
  const parts = new Set(today.parts);
  const maxima = days.filter((day) => day !== today).flatMap((day) => worstOf(day, parts));
  const score = Math.max(...today.scores);
  const threshold = conformalThreshold(maxima);
  const state = threshold === null ? 'uncalibrated' : score > threshold ? 'drifted' : 'ok';
  return { state, score, threshold, days: maxima.length, daysNeeded, slots: today.ats.map((at, i) => ({ at, score: today.scores[i]! })) };
}

/** The value that the next exchangeable one exceeds with at most `share` probability; null when there are too few. */
export function conformalThreshold(values: readonly number[], share = falseAlarmShare): number | null {
  const rank = Math.ceil((values.length + 1) * (1 - share));
  return rank > values.length ? null : [...values].sort((a, b) => a - b)[rank - 1]!;
}

/** The worst of a day over the slots that today has too; nothing when it has too few of them. */
function worstOf({ parts, scores }: DayOfSlots, wanted: ReadonlySet<number>): number[] {
  const shared = scores.filter((_, i) => wanted.has(parts[i]!));
  return shared.length < leastShareOfSlots * wanted.size ? [] : [Math.max(...shared)];
}

function localDay(seconds: number, timezone: string): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone: timezone, dateStyle: 'short' }).format(new Date(seconds * 1000));
}
