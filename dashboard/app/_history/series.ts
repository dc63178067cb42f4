import { getJson } from '../_live/rest';
import { addDays } from '../_ui/site-time';

/** Series as the gateway answers them, and the other span that they are compared with. */
export interface Series {
  readonly step: number;
  readonly at: readonly number[];
  readonly value: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
  readonly trust: readonly number[];
  readonly sql: string;
}

export const comparisons = ['none', 'day', 'week', 'month'] as const;
export type Comparison = (typeof comparisons)[number];
const daysBack: Readonly<Record<Comparison, number>> = { none: 0, day: 1, week: 7, month: 28 };

export interface SeriesRequest {
  readonly camera: string;
  readonly zone: string;
  readonly measure: string;
  readonly from: number;
  readonly to: number;
}

export function seriesParams({ camera, zone, measure, from, to }: SeriesRequest): string {
  return new URLSearchParams({ camera, zone, measure, from: new Date(from).toISOString(), to: new Date(to).toISOString() }).toString();
}

export function fetchSeries(request: SeriesRequest, signal: AbortSignal): Promise<Series> {
  return getJson<Series>(`/api/v1/history?${seriesParams(request)}`, signal);
}

/** The same clock times some days before: four weeks for a month, so that weekdays meet weekdays. */
export function before(request: SeriesRequest, comparison: Comparison, timeZone: string): SeriesRequest {
  const days = -daysBack[comparison];
  return { ...request, from: addDays(request.from, days, timeZone), to: addDays(request.to, days, timeZone) };
}

/** Values of `other` at the places of `series`, moved by what lies between the two spans. */
export function aligned(series: Series, other: Series, shiftSeconds: number): (number | null)[] {
  const values = new Map(other.at.map((at, i) => [Math.round((at + shiftSeconds) / series.step), other.value[i] ?? null]));
  return series.at.map((at) => values.get(Math.round(at / series.step)) ?? null);
}

export interface Summary {
  readonly mean: number | null;
  readonly sum: number;
  readonly greatest: { readonly value: number; readonly at: number } | null;
  /** Share of the span that is known, 0..1. */
  readonly known: number;
}

export function summarise(series: Series, from: number, to: number): Summary {
  let sum = 0;
  let n = 0;
  let greatest: { value: number; at: number } | null = null;
  series.value.forEach((value, i) => {
    if (value === null) return;
    sum += value;
    n += 1;
    const high = series.high[i] ?? value;
    if (!greatest || high > greatest.value) greatest = { value: high, at: series.at[i]! };
  });
  return { mean: n === 0 ? null : sum / n, sum, greatest, known: Math.min(1, (n * series.step * 1000) / Math.max(1, to - from)) };
}
