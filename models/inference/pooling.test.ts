import { bandCosine, decodeBands, type Polygon } from '@sightline/schemas';
import { describe, expect, it } from 'vitest';
import { facingWeights, poolBackground, poolFacings, type FeatureMap } from './pooling.js';

/** Two channels on a map of 4 × 4 cells: channel 0 is 1 in the left half, channel 1 grows downwards. */
const map: FeatureMap = {
  channels: 2,
  rows: 4,
  columns: 4,
  data: Float32Array.from({ length: 32 }, (_, i) => (i < 16 ? (i % 4 < 2 ? 1 : 0) : Math.floor((i - 16) / 4))),
};
const left: Polygon = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]];

describe('pooling a facing', () => {
  it('splits an upright facing into bands above one another, weights that sum to 1', () => {
    const { bands } = facingWeights('a', left, 4, 4);
    expect(bands).toHaveLength(3);
    for (const { weights } of bands) expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
    expect(Math.max(...bands[0]!.cells)).toBeLessThan(8);
    expect(Math.min(...bands[2]!.cells)).toBeGreaterThanOrEqual(8);
    const lying = facingWeights('b', [[0, 0], [1, 0], [1, 0.5], [0, 0.5]], 4, 4);
    expect([...lying.bands[0]!.cells].every((cell) => cell % 4 < 2)).toBe(true);
  });

  it('takes the mean of the frame off and keeps directions through int8', () => {
    const pooled = decodeBands(poolFacings(map, [facingWeights('a', left, 4, 4)])['a']!)!;
    expect([pooled.count, pooled.channels]).toEqual([3, 2]);
    // Channel 0: 1 inside, .5 on average. Channel 1: rows 0..3 with mean 1.5; the middle band has exactly that mean.
    expect(pooled.values[2]).toBeCloseTo(1, 2);
    expect(pooled.values[3]).toBeCloseTo(0, 2);
    expect(pooled.values[1]).toBeCloseTo(-pooled.values[5]!, 2);
    expect(bandCosine(pooled, pooled)).toBeCloseTo(1, 6);
  });

  it('knows nothing of a facing too small for any probe', () => {
    const speck: Polygon = [[0.5, 0.5], [0.501, 0.5], [0.501, 0.501]];
    const pooled = decodeBands(poolFacings(map, [facingWeights('a', speck, 4, 4)])['a']!)!;
    expect(bandCosine(pooled, pooled)).toBeNull();
  });
});

describe('pooling the background', () => {
  const read = (text: string): number[] => Array.from({ length: 2 }, (_, c) => Buffer.from(text, 'base64').readFloatLE(4 * c));

  it('averages the cells that no box touches', () => {
    expect(read(poolBackground(map, []))).toEqual([0.5, 1.5]);
    expect(read(poolBackground(map, [{ x: 0, y: 0, w: 0.5, h: 1 }]))).toEqual([0, 1.5]);
    expect(read(poolBackground(map, [{ x: -0.2, y: 0.55, w: 2, h: 2 }]))).toEqual([0.5, 0.5]);
  });

  it('averages the whole frame when a crowd leaves no background', () => {
    expect(read(poolBackground(map, [{ x: 0, y: 0, w: 1, h: 1 }]))).toEqual([0.5, 1.5]);
  });
});
