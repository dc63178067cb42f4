import { describe, expect, it } from 'vitest';
import type { Figure } from '../../figures.js';
import { judgeCarPark } from './judge-car-park.js';
import { judgeQueue, queueScenarios } from './judge-queue.js';

const value = (rows: readonly Figure[], metric: string): number => rows.find((row) => row.metric === metric)!.value!;

/** Short runs of what `sightline eval events` prints at length. */
describe('simulated scenes', () => {
  it('a queue: length and mean wait hold', () => {
    const rows = judgeQueue('queue', { ...queueScenarios['queue M/M/2, 90 % busy']!, seed: 3, minutes: 30 });
    expect(value(rows, 'length within 1')).toBeGreaterThanOrEqual(95);
    expect(value(rows, 'mean wait error')).toBeLessThanOrEqual(10);
  });

  it('a car park: stall-minutes are exact', () => {
    const rows = judgeCarPark('park', { seed: 3, hours: 1.5, from: 19, secondsPerFrame: 5 });
    expect(value(rows, 'exact stall-minutes')).toBeGreaterThanOrEqual(99.3);
  });

  it('the same seed gives the same figures', () => {
    const run = (): Figure[] => judgeCarPark('park', { seed: 5, hours: 0.2, from: 12, secondsPerFrame: 5 });
    expect(run()).toEqual(run());
  });
});
