import path from 'node:path';
import type { Detector } from '@sightline/schemas';
import type { Figure } from '../figures.js';
import { judgeCounter, judgePlaza, judgeShelf, judgeTraffic, shelfZone } from './events-clips.js';
import { disturbances, disturbed } from './events-disturb.js';
import { seeFootage, type Footage } from './events-footage.js';
import { readTruth } from './events-truth.js';
import { judgeCarPark } from './simulation/judge-car-park.js';
import { judgeQueue, queueScenarios } from './simulation/judge-queue.js';
import { judgeRoad, roadScenarios } from './simulation/judge-road.js';

/**
 * `sightline eval events`: what the zones say on footage with hand-checked events, at several frame rates, and on
 * simulated queues, car parks and roads.
 *
 *     const rows = await evaluateEvents({ dataFolder: '../shared/data', models: ['default'], open, cache: '.sightline/eval' });
 */
export interface EvaluateEvents {
  readonly dataFolder: string;
  readonly models: readonly string[];
  readonly open: (model: string) => Promise<Detector>;
  /** Folder in which what the detectors saw is kept. */
  readonly cache: string;
  readonly progress?: (label: string) => void;
}

export const describeEvents = `Events of the zones on footage with hand-checked truth, every k-th frame for lower rates, averaged over all
frames the subsampling may start with. A crossing is right when frame and place on the line agree with one vehicle; a visit
when it shares half of its time with a true one; an emptying or refill within 0.6 s. Then simulated queues, car parks and roads,
seen through a simulated detector with its tremble, misses and false boxes.`;

const trafficRates = [30, 10, 5, 3, 2];
const counterRates = [10, 5, 2];
const shelfRates = [30, 2];

export async function evaluateEvents({ dataFolder, models, open, cache, progress }: EvaluateEvents): Promise<Figure[]> {
  const truth = await readTruth(dataFolder);
  const rows: Figure[] = [];
  const judge = (label: string, judgement: (label: string) => Figure[]): void => {
    rows.push(...judgement(label));
    progress?.(label);
  };
  for (const [index, model] of models.entries()) {
    const detector = await open(model);
    // The first model's cases have the plain names; the others say which model saw them.
    const named = (label: string): string => (index === 0 ? label : `${label} ${detector.model.name}`);
    const footageOf = (clip: string, file: string, facings?: Parameters<typeof seeFootage>[0]['facings']): Promise<Footage> =>
      seeFootage({ clip, file, detector, cache, ...(facings && { facings }) });
    try {
      const traffic = await footageOf('traffic', path.join(dataFolder, truth.traffic.clip));
      for (const fps of trafficRates) judge(named(`traffic ${fps} fps`), (label) => judgeTraffic(traffic, truth.traffic, fps, label));
      const counter = await footageOf('counter', path.join(dataFolder, truth.counter.clip));
      for (const fps of counterRates) judge(named(`counter ${fps} fps`), (label) => judgeCounter(counter, truth.counter, fps, label));
      const plaza = await footageOf('plaza', path.join(dataFolder, 'clips', 'plaza.avi'));
      for (const fps of counterRates) judge(named(`plaza stalls ${fps} fps`), (label) => judgePlaza(plaza, fps, label));
      const zone = shelfZone(truth.shelf);
      const facings = zone.kind === 'shelf' ? Object.fromEntries(zone.facings.map(({ name, polygon }) => [`${zone.name}/${name}`, polygon])) : {};
      const shelfFile = path.join(dataFolder, truth.shelf.clip);
      for (const condition of ['', ...Object.keys(disturbances)]) {
        const file = condition === '' ? shelfFile : await disturbed(shelfFile, condition, disturbances[condition]!, cache);
        const shelf = await footageOf(`shelf ${condition}`.trim(), file, facings);
        for (const fps of shelfRates) judge(named(`shelf ${fps} fps ${condition}`.trim()), (label) => judgeShelf(shelf, truth.shelf, fps, label));
      }
    } finally {
      await detector.close();
    }
  }
  for (const [label, scenario] of Object.entries(queueScenarios)) judge(label, () => judgeQueue(label, { ...scenario, seed: simulationSeed, minutes: queueMinutes }));
  for (const [label, hours] of Object.entries(carParks)) judge(label, () => judgeCarPark(label, { ...hours, seed: simulationSeed, secondsPerFrame: carParkFrame }));
  for (const [label, scenario] of Object.entries(roadScenarios)) judge(label, () => judgeRoad(label, { ...scenario, seed: simulationSeed, seconds: roadSeconds }, roadRates));
  return rows;
}

const simulationSeed = 1;
const queueMinutes = 60;
const roadSeconds = 90;
const roadRates = [10, 5, 3, 2];
const carParks = { 'car park of 100, by day': { from: 8, hours: 12 }, 'car park of 100, by night': { from: 20, hours: 12 } };
/** Seconds between looks: cars stand for hours. */
const carParkFrame = 5;
