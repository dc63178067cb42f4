import type { Figure } from '../../figures.js';
import { pairUp } from '../events-match.js';
import { runZones } from '../events-run.js';
import { roadAspect, roadFps, simulateRoad, type Road, type RoadScenario } from './road.js';

/** Simulated roads: what a line counts, held against every true crossing, by time, place on the line and direction. */
export const roadScenarios: Readonly<Record<string, Omit<RoadScenario, 'seed' | 'seconds'>>> = {
  'road seen along': { askew: 8, pole: 7, aside: 4, perMinute: 14, red: 0, turning: 0 },
  'road seen across': { askew: 90, pole: 7, aside: 0, perMinute: 14, red: 0, turning: 0 },
  'road seen askew, with a light': { askew: 40, pole: 8, aside: 3, perMinute: 16, red: 10, turning: 0 },
  'road where some turn back': { askew: 55, pole: 8, aside: 2, perMinute: 8, red: 0, turning: 0.4 },
};

/** As for footage: ten frames of 30 a second, and an eighth of the line. */
const toleranceSeconds = 1 / 3;
const toleranceAlong = 0.12;

interface RoadJudgement {
  readonly true: number;
  readonly found: number;
  readonly wrongWay: number;
  readonly false: number;
}

export function judgeRoadAt({ frames, crossings, zone }: Road, every: number, start: number): RoadJudgement {
  const { events } = runZones({ clip: 'road', model: 'simulated', aspect: roadAspect, frames }, [zone], { every, start });
  const near = (t: number, s: number): boolean =>
    Math.abs(crossings[t]!.at - events[s]!.clipSeconds) <= toleranceSeconds && Math.abs(crossings[t]!.along - (events[s]!.along ?? 0)) <= toleranceAlong;
  const pairs = pairUp(crossings.length, events.length, (t, s) => near(t, s) && crossings[t]!.direction === events[s]!.direction);
  const paired = new Set(pairs.map(([, s]) => s));
  let wrongWay = 0;
  for (let s = 0; s < events.length; s++) {
    if (paired.has(s)) continue;
    const { along = 0, direction } = events[s]!;
    const nearest = crossings.reduce((best, one) => (Math.abs(one.along - along) < Math.abs(best.along - along) ? one : best));
    if (nearest.direction !== direction) wrongWay += 1;
  }
  return { true: crossings.length, found: pairs.length, wrongWay, false: events.length - pairs.length - wrongWay };
}

/** Mean over a few of the frames that the subsampling may start with. */
export function judgeRoad(label: string, scenario: RoadScenario, rates: readonly number[]): Figure[] {
  const road = simulateRoad(scenario);
  return rates.flatMap((fps) => {
    const every = Math.round(roadFps / fps);
    const judged = [0, Math.floor(every / 3), Math.floor((2 * every) / 3)].map((start) => judgeRoadAt(road, every, start));
    const mean = (of: (one: RoadJudgement) => number): number => judged.reduce((sum, one) => sum + of(one), 0) / judged.length;
    const of = (metric: string, value: number, more: Partial<Figure> = {}): Figure => ({ case: `${label} ${fps} fps`, metric, value, unit: '', ...more });
    return [
      of('true', road.crossings.length),
      of('found', mean((one) => one.found)),
      of('recall', (100 * mean((one) => one.found)) / road.crossings.length, { unit: '%' }),
      of('false', mean((one) => one.false), { better: 'lower' }),
      of('wrong way', mean((one) => one.wrongWay), { better: 'lower' }),
    ];
  });
}
