import { describe, expect, it } from 'vitest';
import { snap } from './snap';

const square = { points: [[0.4, 0.4], [0.6, 0.4], [0.6, 0.6], [0.4, 0.6]], open: false } as const;

describe('snapping', () => {
  it('meets corners before edges, edges of the frame and of other zones, and leaves alone what is far', () => {
    expect(snap([0.405, 0.395], 1, [square])).toEqual([0.4, 0.4]);
    expect(snap([0.5, 0.409], 1, [square])).toEqual([0.5, 0.4]);
    expect(snap([0.405, 0.5], 1, [square])).toEqual([0.4, 0.5]);
    expect(snap([0.99, 0.005], 1, [square])).toEqual([1, 0]);
    expect(snap([0.5, 0.5], 1, [square])).toEqual([0.5, 0.5]);
  });

  it('has no edge from the end of a line back to its beginning', () => {
    const line = { points: [[0.2, 0.2], [0.8, 0.2], [0.8, 0.8]], open: true } as const;
    expect(snap([0.503, 0.5], 1, [line])).toEqual([0.503, 0.5]);
    expect(snap([0.503, 0.5], 1, [{ ...line, open: false }])[0]).toBeCloseTo(0.5015, 6);
  });

  it('reaches as far down as across in a wide picture', () => {
    const wide = 16 / 9;
    expect(snap([0.5, 0.4 + 0.014 * wide], wide, [square])).toEqual([0.5, 0.4]);
    expect(snap([0.5, 0.4 + 0.016 * wide], wide, [square])[1]).toBeCloseTo(0.4 + 0.016 * wide, 6);
  });
});
