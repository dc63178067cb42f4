import type { Detection } from '@sightline/schemas';
import { describe, expect, it } from 'vitest';
import { createScoreScale } from './scores.js';
import { defaultTrackerOptions } from './options.js';

const box = (score: number): Detection => ({ x: 0.1, y: 0.1, w: 0.1, h: 0.2, cls: 'person', score });
const { birth, strong, floor } = defaultTrackerOptions;

/** Scores of 200 boxes from barely reported, 0, to clear, 1, as a detector's own scale has them; what is left of them afterwards. */
function learned(scoreOf: (clarity: number) => number): (clarity: number) => number {
  const scale = createScoreScale();
  for (let k = 0; k < 400; k++) scale.comparable([box(scoreOf(((k * 37) % 100) / 99))]);
  return (clarity) => scale.comparable([box(scoreOf(clarity))])[0]!.score;
}

describe('comparable scores', () => {
  it.each([
    { what: 'percentages', scoreOf: (c: number) => 100 * c },
    { what: 'sums of part filters', scoreOf: (c: number) => -0.9 + 3 * c },
    { what: 'scores that are all low', scoreOf: (c: number) => 0.02 + 0.25 * c },
    { what: 'a network that is always sure', scoreOf: (c: number) => 1 / (1 + Math.exp(-7 * c)) },
  ])('$what: what is clear can begin a track, what is barely reported cannot', ({ scoreOf }) => {
    const score = learned(scoreOf);
    expect(score(1)).toBeGreaterThan(birth);
    expect(score(0.8)).toBeGreaterThan(strong);
    expect(score(0)).toBeLessThan(strong);
    for (let c = 0.1; c <= 1; c += 0.1) expect(score(c)).toBeGreaterThan(score(c - 0.1));
  });

  it.each([-1, 0, 1, 30])('a detector that says %d of every box is believed', (constant) => {
    const score = learned(() => constant)(0);
    expect(score).toBeGreaterThan(birth);
    expect(score).toBeLessThanOrEqual(1);
  });

  it('leaves scores as they are that are comparable already, and those of the first frames', () => {
    for (const c of [0.15, 0.5, 0.7, 0.86]) expect(learned((x) => 0.1 + 0.76 * x)((c - 0.1) / 0.76)).toBeCloseTo(c, 1);
    expect(createScoreScale().comparable([box(0.99), box(0.8), box(0.6)]).map(({ score }) => score)[0]).toBeGreaterThan(0.95);
  });

  it('knows nothing of later frames, and refuses no detection itself', () => {
    const [one, other] = [createScoreScale(), createScoreScale()];
    expect(one.comparable([box(0.8), box(NaN)])).toEqual(other.comparable([box(0.8), box(NaN)]));
    one.comparable([box(50)]);
    expect(other.comparable([box(0.8)])[0]!.score).toBeGreaterThan(floor);
  });
});
