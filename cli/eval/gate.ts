import { formatNumber, type Figure } from '../figures.js';

/**
 * The regression gate: figures measured now against those on record. A figure may be worse by its recorded noise, no more.
 *
 *     const falls = regressions(readFigures('docs/figures/events.json').rows, measured);
 */
export interface Regression {
  readonly case: string;
  readonly metric: string;
  readonly recorded: number;
  /** null: it could not be measured any more. */
  readonly now: number | null;
  readonly noise: number;
}

/** Floating-point sums in another order. */
const rounding = 1e-9;

/**
 * Recorded figures that are worse now, among those that were measured again: cases that `measured` does not have were not
 * part of this run. A metric that vanished from a case that was run is a regression.
 */
export function regressions(recorded: readonly Figure[], measured: readonly Figure[]): Regression[] {
  const cases = new Set(measured.map((row) => row.case));
  const now = new Map(measured.map((row) => [`${row.case}\n${row.metric}`, row.value]));
  return recorded.filter(isJudged).flatMap(({ case: name, metric, value, better, noise = 0 }) => {
    if (value === null || !cases.has(name)) return [];
    const found = now.get(`${name}\n${metric}`) ?? null;
    const fall = found === null ? Infinity : better === 'lower' ? found - value : value - found;
    return fall > noise + rounding ? [{ case: name, metric, recorded: value, now: found, noise }] : [];
  });
}

/** Counts that nothing says which way is good (how many there truly were) only describe their case. */
function isJudged({ unit, goal, peer, better }: Figure): boolean {
  return unit === '%' || goal !== undefined || peer !== undefined || better !== undefined;
}

/** One line for a person. */
export function explainRegression({ case: name, metric, recorded, now, noise }: Regression): string {
  const fell = now === null ? 'is not measured any more' : `is ${formatNumber(now)}`;
  return `${name}: ${metric} ${fell}; on record is ${formatNumber(recorded)}${noise > 0 ? ` ± ${formatNumber(noise)}` : ''}`;
}
