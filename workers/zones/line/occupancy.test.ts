import { describe, expect, it } from 'vitest';
import { someone, play } from '../test-scene.js';
import { createOccupancy } from './occupancy.js';

const second = 1_000_000;
const line = { kind: 'line', name: 'door', line: [[0.2, 0.5], [0.8, 0.5]], occupancy: { space: [[0, 0.5], [1, 0.5], [1, 1], [0, 1]], emptyAfter: 20 } };

describe('occupancy', () => {
  it('is 0 without doubt once nobody is seen in the whole space for long enough', () => {
    // Two go in; one of them leaves where no line counts it.
    const { measures } = play(line, [someone('a').at(0.4, 0.3).walksTo(0.4, 0.8, 4).walksTo(0.99, 0.8, 6), someone('b').at(0.6, 0.3).walksTo(0.6, 0.8, 4).stands(10)], { seconds: 60 });
    const at = (seconds: number): Record<string, number | null> => measures[Math.min(measures.length - 1, Math.round((seconds / 60) * measures.length))]!;
    expect(at(12)['occupancy']).toBe(2);
    expect(at(30)['occupancy']).toBe(2);
    expect(at(12)['occupancyUncertainty']).toBeGreaterThan(0);
    expect(measures.at(-1)).toMatchObject({ occupancy: 0, occupancyUncertainty: 0 });
  });

  it('is no less than what is seen in the space for some seconds', () => {
    const occupancy = createOccupancy({ timezone: 'UTC', emptyAfter: 20 });
    occupancy.seen(3, second);
    expect(occupancy.measures().occupancy).toBe(0);
    occupancy.seen(3, 7 * second);
    expect(occupancy.measures()).toEqual({ occupancy: 3, occupancyUncertainty: Math.sqrt(3) });
  });

  it('is not verified by a camera that does not see, and goes on through a restart', () => {
    let occupancy = createOccupancy({ timezone: 'UTC', emptyAfter: 20 });
    occupancy.pass(second);
    occupancy.count('in');
    occupancy.seen(0, 2 * second);
    occupancy.blind(15);
    occupancy.seen(0, 17 * second);
    occupancy = createOccupancy({ timezone: 'UTC', emptyAfter: 20 }, JSON.parse(JSON.stringify(occupancy.snapshot())));
    occupancy.seen(0, 30 * second);
    expect(occupancy.measures().occupancy).toBe(1);
    occupancy.seen(0, 38 * second);
    expect(occupancy.measures()).toEqual({ occupancy: 0, occupancyUncertainty: 0 });
  });

  it('learns from what a reset finds left over how far this door miscounts', () => {
    const drifted = createOccupancy({ timezone: 'UTC', emptyAfter: 1 });
    const exact = createOccupancy({ timezone: 'UTC', emptyAfter: 1 });
    for (let day = 0; day < 20; day++) {
      for (let k = 0; k < 20; k++) {
        drifted.count('in');
        exact.count(k % 2 === 0 ? 'in' : 'out');
      }
      for (const one of [drifted, exact]) for (const at of [1, 3]) one.seen(0, (day * 10 + at) * second);
      for (const one of [drifted, exact]) one.seen(1, (day * 10 + 5) * second);
    }
    for (const one of [drifted, exact]) for (let k = 0; k < 10; k++) one.count(k % 2 === 0 ? 'in' : 'out');
    expect(drifted.measures().occupancyUncertainty).toBeGreaterThan(5 * exact.measures().occupancyUncertainty);
  });
});
