import { describe, expect, it } from 'vitest';
import { judgeCrossings, judgeIntervals, pairUp, type Crossing } from './events-match.js';

const truth = { frames: [10, 14], along: [0.2, 0.8], toleranceFrames: 10, toleranceAlong: 0.12 };
const at = (frame: number, along: number, direction: 'in' | 'out' = 'in'): Crossing => ({ frame, along, direction });

describe('matching events with truth', () => {
  it('pairs as many as can be paired, one to one', () => {
    // Greedily, truth 0 would take the only event that truth 1 can have.
    expect(pairUp(2, 2, (t, s) => (t === 0 ? true : s === 0))).toHaveLength(2);
  });

  it.each([
    { name: 'two vehicles at one time are told by their place', said: [at(12, 0.8), at(12, 0.2)], judged: { found: 2, double: 0, wrongWay: 0, false: 0 } },
    { name: 'the right time at the wrong place is false', said: [at(10, 0.5)], judged: { found: 0, double: 0, wrongWay: 0, false: 1 } },
    { name: 'one vehicle twice is double', said: [at(9, 0.2), at(11, 0.22)], judged: { found: 1, double: 1, wrongWay: 0, false: 0 } },
    { name: 'the wrong way never counts as found', said: [at(10, 0.2, 'out')], judged: { found: 0, double: 0, wrongWay: 1, false: 0 } },
    { name: 'too late is false', said: [at(21, 0.2)], judged: { found: 0, double: 0, wrongWay: 0, false: 1 } },
  ])('crossings: $name', ({ said, judged }) => expect(judgeCrossings(truth, said)).toEqual(judged));

  it('visits share half of their time with a true one, and tell how far their length is off', () => {
    const judged = judgeIntervals([{ from: 0, to: 10 }, { from: 20, to: 30 }], [{ from: 0.5, to: 10 }, { from: 28, to: 40 }]);
    expect(judged).toMatchObject({ found: 1, false: 1, lengthError: 0.5, endError: 0.5 });
  });
});
