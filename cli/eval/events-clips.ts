import { zoneSchema, type StallsZone, type Zone } from '@sightline/schemas';
import type { Figure } from '../figures.js';
import type { Footage } from './events-footage.js';
import { judgeCrossings, judgeIntervals, pairUp, type Interval } from './events-match.js';
import { runZones } from './events-run.js';
import type { Truth } from './events-truth.js';

/** Judges line, visits and shelf on footage, at several frame rates, averaged over every frame the subsampling may start with. */

/** Mean and worst over the starts: the mean is what is reported, the worst what the goals are held against. */
interface Spread {
  readonly mean: number;
  readonly least: number;
  readonly most: number;
}

export function judgeTraffic(footage: Footage, truth: Truth['traffic'], fps: number, label: string): Figure[] {
  const zone = zoneSchema.parse({ kind: 'line', name: 'traffic', line: [truth.line.from, truth.line.to], classes: truth.line.classes });
  const sourceFps = frameRate(footage);
  const every = Math.max(1, Math.round(sourceFps / fps));
  const judged = starts(every).map((start) => {
    const said = runZones(footage, [zone], { every, start }).events.map(({ clipSeconds, along = 0, direction = 'in' as const }) => ({ frame: clipSeconds * sourceFps + 1, along, direction }));
    const judgement = judgeCrossings({ frames: truth.crossingFrames, along: truth.alongLine, toleranceFrames: truth.toleranceFrames, toleranceAlong: truth.toleranceAlongLine }, said);
    return { ...judgement, said: said.length, net: said.filter(({ direction }) => direction === 'in').length };
  });
  const total = truth.crossingFrames.length;
  const goal = fps >= 3 ? total : total - 1;
  const found = over(judged.map((one) => one.found));
  const of = (metric: string, value: number, more: Partial<Figure> = {}): Figure => ({ case: label, metric, value, unit: '', ...more });
  return [
    of('true', total),
    of('found', found.mean, { goal }),
    of('found at the worst start', found.least, { goal }),
    of('recall', (100 * found.mean) / total, { unit: '%' }),
    of('precision', 100 * over(judged.map((one) => (one.said === 0 ? 1 : one.found / one.said))).mean, { unit: '%' }),
    of('false', over(judged.map((one) => one.false)).mean, { goal: 0, better: 'lower' }),
    of('wrong way', over(judged.map((one) => one.wrongWay)).mean, { goal: 0, better: 'lower' }),
    of('double', over(judged.map((one) => one.double)).mean, { goal: 0, better: 'lower' }),
    of('count error', over(judged.map((one) => one.net - total)).mean),
  ];
}

export function judgeCounter(footage: Footage, truth: Truth['counter'], fps: number, label: string): Figure[] {
  const zone = zoneSchema.parse({ kind: 'area', name: 'counter', polygon: truth.zone.polygon, classes: ['person'] });
  const every = Math.max(1, Math.round(frameRate(footage) / fps));
  const visits = truth.visitsSeconds.map(([from, to]): Interval => ({ from, to }));
  const judged = starts(every).map((start) => {
    const { events } = runZones(footage, [zone], { every, start });
    const said = events.filter(({ kind }) => kind === 'left').map(({ clipSeconds: to, seconds = 0 }): Interval => ({ from: to - seconds, to }));
    return { ...judgeIntervals(visits, said), said: said.length };
  });
  const found = over(judged.map((one) => one.found));
  const of = (metric: string, value: number, more: Partial<Figure> = {}): Figure => ({ case: label, metric, value, unit: '', ...more });
  return [
    of('true', visits.length),
    of('found', found.mean, { goal: visits.length }),
    of('found at the worst start', found.least, { goal: visits.length }),
    of('recall', (100 * found.mean) / visits.length, { unit: '%' }),
    of('precision', 100 * over(judged.map((one) => (one.said === 0 ? 1 : one.found / one.said))).mean, { unit: '%' }),
    of('false', over(judged.map((one) => one.false)).mean, { goal: 0, better: 'lower' }),
    of('count error', over(judged.map((one) => one.said - visits.length)).mean),
    of('dwell error', over(judged.map((one) => one.lengthError)).mean, { unit: 's', better: 'lower', ...(fps === 10 ? { goal: 0.7, peer: 0.9 } : {}) }),
  ];
}

/** Each emptying and each refill is a truth of its own: found when it was said within the tolerance of its moment. */
export function judgeShelf(footage: Footage, truth: Truth['shelf'], fps: number, label: string): Figure[] {
  const zone = shelfZone(truth);
  const every = Math.max(1, Math.round(frameRate(footage) / fps));
  const turns = Object.entries(truth.emptySeconds).flatMap(([part, spans]) =>
    spans.flatMap(([from, to]) => [
      { part, kind: 'facing-emptied', at: from },
      { part, kind: 'facing-restocked', at: to },
    ]),
  );
  const judged = starts(every).map((start) => {
    const said = runZones(footage, [zone], { every, start }).events;
    const pairs = pairUp(turns.length, said.length, (t, s) => {
      const [turn, event] = [turns[t]!, said[s]!];
      return turn.part === event.part && turn.kind === event.kind && Math.abs(turn.at - event.clipSeconds) <= truth.toleranceSeconds;
    });
    return { found: pairs.length, said: said.length, late: pairs.map(([t, s]) => Math.abs(turns[t]!.at - said[s]!.clipSeconds)) };
  });
  const found = over(judged.map((one) => one.found));
  const of = (metric: string, value: number, more: Partial<Figure> = {}): Figure => ({ case: label, metric, value, unit: '', ...more });
  return [
    of('true', turns.length),
    of('found', found.mean, { goal: turns.length }),
    of('found at the worst start', found.least, { goal: turns.length }),
    of('recall', (100 * found.mean) / turns.length, { unit: '%' }),
    of('precision', 100 * over(judged.map((one) => (one.said === 0 ? 1 : one.found / one.said))).mean, { unit: '%' }),
    of('false', over(judged.map((one) => one.said - one.found)).mean, { goal: 0, better: 'lower' }),
    of('time error', over(judged.flatMap((one) => (one.late.length > 0 ? one.late : [0]))).mean, { unit: 's', better: 'lower' }),
  ];
}

/** A van and a car stand on plaza.avi all along: where their wheels stand, as a person would draw it. */
const plazaStalls: StallsZone = {
  kind: 'stalls',
  name: 'plaza',
  anchor: 'bottom-centre',
  stalls: [
    { name: 'van', polygon: [[0.845, 0.115], [0.94, 0.095], [0.95, 0.165], [0.852, 0.18]] },
    { name: 'car', polygon: [[0.955, 0.115], [1, 0.105], [1, 0.168], [0.952, 0.168]] },
  ],
};

export function judgePlaza(footage: Footage, fps: number, label: string): Figure[] {
  const every = Math.max(1, Math.round(frameRate(footage) / fps));
  const judged = starts(every).map((start) => {
    const { events } = runZones(footage, [plazaStalls], { every, start, epilogue: 0 });
    const parked = events.filter(({ kind }) => kind === 'parked').length;
    return { parked, departed: events.length - parked };
  });
  const of = (metric: string, value: number, more: Partial<Figure> = {}): Figure => ({ case: label, metric, value, unit: '', ...more });
  const { stalls } = plazaStalls;
  return [
    of('true', stalls.length),
    of('found', over(judged.map(({ parked }) => Math.min(parked, stalls.length))).mean, { goal: stalls.length }),
    of('false', over(judged.map(({ parked, departed }) => Math.max(0, parked - stalls.length) + departed)).mean, { goal: 0, better: 'lower' }),
  ];
}

export function shelfZone(truth: Truth['shelf']): Zone {
  return zoneSchema.parse({ kind: 'shelf', name: 'shelf', facings: Object.entries(truth.facings).map(([name, { polygon }]) => ({ name, polygon })) });
}

export function frameRate({ frames }: Footage): number {
  const last = frames.at(-1);
  return last && last.at > 0 ? (frames.length - 1) / last.at : 1;
}

function starts(every: number): number[] {
  return Array.from({ length: every }, (_, start) => start);
}

function over(values: readonly number[]): Spread {
  return { mean: values.reduce((sum, value) => sum + value, 0) / values.length, least: Math.min(...values), most: Math.max(...values) };
}
