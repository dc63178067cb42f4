import { beforeAll, describe, expect, it } from 'vitest';
import { thumbnailsOf } from '../test-footage.js';
import { Inspector } from './inspector.js';
import { ShiftEstimator } from './shift.js';

/** Source pixels of a crop of plaza.avi that is moved over the picture. */
const crop = { width: 672, height: 504, x: 48, y: 36 };
const toThumb = 96 / crop.width;

function cropped(dx: number, dy: number): string {
  return `trim=end_frame=300,crop=${crop.width}:${crop.height}:${crop.x + dx}:${crop.y + dy}:exact=1`;
}

describe('global motion on a plaza with people walking', () => {
  let straight: Uint8Array[];
  beforeAll(async () => {
    straight = await thumbnailsOf('plaza.avi', cropped(0, 0));
  });

  it.each([
    [2, 0],
    [0, -4],
    [6, 6],
    [-14, 8],
    [30, -20],
    [-46, 34],
  ])('a shift by (%d, %d) source pixels from one frame to the next is found to 0.12 thumbnail pixels and 3 %', async (dx, dy) => {
    const shifted = await thumbnailsOf('plaza.avi', cropped(dx, dy));
    const estimator = new ShiftEstimator(96, 54);
    const errors: number[] = [];
    let sure = 0;
    const tolerance = 0.12 + 0.03 * Math.hypot(dx, dy) * toThumb;
    for (let i = 0; i + 1 < straight.length; i += 10) {
      const found = estimator.between(straight[i]!, shifted[i + 1]!);
      errors.push(Math.hypot(found.dx + dx * toThumb, found.dy + (dy * 54) / crop.height));
      if (found.agreement >= 0.5 && found.still <= 0.2) sure++;
    }
    errors.sort((a, b) => a - b);
    expect(errors[Math.floor(errors.length / 2)]).toBeLessThan(tolerance);
    expect(errors[Math.floor(errors.length * 0.95)]).toBeLessThan(2 * tolerance);
    expect(sure / errors.length).toBeGreaterThan(0.9);
  });
});

describe('a camera that stands still', () => {
  it.each([
    ['plaza.avi', 10],
    ['traffic.mp4', 30],
    ['counter.mp4', 10],
    ['shelf.mp4', 29.83],
  ])('reports no motion, whatever moves in front of it: %s', async (clip, fps) => {
    const frames = await thumbnailsOf(clip);
    const inspector = new Inspector(96, 54, false);
    const moving = frames.map((frame, i) => inspector.see(frame, i / fps).motion).filter(([dx, dy]) => dx !== 0 || dy !== 0);
    expect(moving.length / frames.length).toBeLessThan(0.02);
    for (const [dx, dy] of moving) expect(Math.hypot(dx, dy)).toBeLessThan(0.01);
  });
});
