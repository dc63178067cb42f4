import type { LabelKind } from '@sightline/schemas';
import type { Figure } from '../../figures.js';
import type { Judgement } from './judge.js';

/** What a manager reads, and beside it what an engineer reads. */

const words: Readonly<Record<LabelKind, readonly [one: string, many: string]>> = {
  crossed: ['crossing', 'crossings'],
  visit: ['visit', 'visits'],
  entered: ['entry', 'entries'],
  left: ['exit', 'exits'],
  joined: ['person who joined', 'people who joined'],
  served: ['person who was served', 'people who were served'],
  abandoned: ['person who gave up', 'people who gave up'],
  parked: ['arrival', 'arrivals'],
  departed: ['departure', 'departures'],
  'facing-emptied': ['emptying', 'emptyings'],
  'facing-restocked': ['restocking', 'restockings'],
};

/** `door: counted 118 of 120 crossings, 1 twice, 2 that did not happen.` */
export function summarise({ zone, kind, truths, matched, double, wrongWay, invented }: Judgement): string {
  const [one, many] = words[kind];
  const beside = [
    double.length > 0 && `${double.length} twice`,
    wrongWay.length > 0 && `${wrongWay.length} the wrong way`,
    invented.length > 0 && `${invented.length} that did not happen`,
  ].filter((part) => part !== false);
  const counted = truths === 0 ? `nothing happened${invented.length === 0 ? ', and nothing was counted' : ''}` : `counted ${matched.length} of ${truths} ${truths === 1 ? one : many}`;
  return `${zone}: ${[counted, ...beside].join(', ')}.`;
}

/** The same as figures: one case per zone and kind. */
export function labelFigures({ zone, kind, truths, said, matched, double, wrongWay, invented }: Judgement): Figure[] {
  const figure = (metric: string, value: number | null, more: Partial<Figure> = {}): Figure => ({ case: `${zone} ${kind}`, metric, value, unit: '', ...more });
  const share = (part: number, of: number): number | null => (of === 0 ? null : (100 * part) / of);
  const late = matched.map(({ label, said: one }) => Math.abs(label.at - one.at));
  const dwells = matched.flatMap(({ label, said: one }) => (label.until === undefined || one.until === undefined ? [] : [Math.abs(label.until - label.at - (one.until - one.at))]));
  return [
    figure('true', truths),
    figure('found', matched.length, { goal: truths }),
    figure('recall', share(matched.length, truths), { unit: '%' }),
    figure('precision', share(matched.length, said), { unit: '%' }),
    figure('false', invented.length, { goal: 0, better: 'lower' }),
    figure('double', double.length, { goal: 0, better: 'lower' }),
    ...(kind === 'crossed' ? [figure('wrong way', wrongWay.length, { goal: 0, better: 'lower' })] : []),
    figure('count error', said - truths),
    ...(late.length > 0 ? [figure('time error', mean(late), { unit: 's', better: 'lower' })] : []),
    ...(dwells.length > 0 ? [figure('dwell error', mean(dwells), { unit: 's', better: 'lower' })] : []),
  ];
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** `1:02.5`, as a player shows it and as labels may be written. */
export function clipTime(seconds: number): string {
  const tenths = Math.round(seconds * 10);
  const hours = Math.floor(tenths / 36_000);
  const minutes = Math.floor((tenths % 36_000) / 600);
  const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${rest}` : `${minutes}:${rest}`;
}
