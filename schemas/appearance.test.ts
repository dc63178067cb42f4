import { describe, expect, it } from 'vitest';
import { appearanceBytes, appearanceOf } from './appearance.js';

function picture(colour: (x: number, y: number) => [number, number, number]): Uint8Array {
  const pixels = new Uint8Array(100 * 100 * 3);
  for (let y = 0; y < 100; y++) for (let x = 0; x < 100; x++) pixels.set(colour(x, y), 3 * (100 * y + x));
  return pixels;
}

function cosine(a: string, b: string): number {
  const p = Buffer.from(a, 'base64');
  const q = Buffer.from(b, 'base64');
  const dot = (u: Buffer, v: Buffer): number => u.reduce((sum, value, k) => sum + value * v[k]!, 0);
  return dot(p, q) / Math.sqrt(dot(p, p) * dot(q, q));
}

const box = { x: 0.3, y: 0.2, w: 0.3, h: 0.6 };

describe('appearanceOf', () => {
  it('is the same for the same colours anywhere, and different for other colours', () => {
    const clothed = picture((_, y) => (y < 40 ? [200, 30, 30] : y < 60 ? [30, 30, 200] : [40, 40, 40]));
    const here = appearanceOf(clothed, 100, 100, box)!;
    const there = appearanceOf(clothed, 100, 100, { ...box, x: 0.6 })!;
    const swapped = appearanceOf(picture((_, y) => (y < 40 ? [30, 30, 200] : y < 60 ? [200, 30, 30] : [40, 40, 40])), 100, 100, box)!;
    expect(Buffer.from(here, 'base64')).toHaveLength(appearanceBytes);
    expect(cosine(here, there)).toBeCloseTo(1, 6);
    expect(cosine(here, swapped)).toBeCloseTo(1 / 3, 2);
  });

  it('takes what lies inside of a box that reaches beyond the frame, and nothing from one outside', () => {
    const pixels = picture(() => [10, 200, 10]);
    expect(appearanceOf(pixels, 100, 100, { x: -0.1, y: -0.3, w: 0.3, h: 0.6 })).not.toBeNull();
    expect(appearanceOf(pixels, 100, 100, { x: 1.2, y: 0.1, w: 0.1, h: 0.1 })).toBeNull();
    expect(appearanceOf(pixels, 100, 100, { x: NaN, y: 0.1, w: 0.1, h: 0.1 })).toBeNull();
  });
});
