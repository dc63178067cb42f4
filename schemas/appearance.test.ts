import { describe, expect, it } from 'vitest';
import { appearanceLength, appearanceOf, decodeAppearance } from './appearance.js';

function picture(colour: (x: number, y: number) => [number, number, number]): Uint8Array {
  const pixels = new Uint8Array(100 * 100 * 3);
  for (let y = 0; y < 100; y++) for (let x = 0; x < 100; x++) pixels.set(colour(x, y), 3 * (100 * y + x));
  return pixels;
}

function cosine(a: string, b: string): number {
  const p = decodeAppearance(a)!;
  const q = decodeAppearance(b)!;
  const dot = (u: Float32Array, v: Float32Array): number => u.reduce((sum, value, k) => sum + value * v[k]!, 0);
  return dot(p, q) / Math.sqrt(dot(p, p) * dot(q, q));
}

const box = { x: 0.3, y: 0.2, w: 0.3, h: 0.6 };

describe('appearanceOf', () => {
  it('is the same for the same colours anywhere, and different for other colours', () => {
    const clothed = picture((_, y) => (y < 40 ? [200, 30, 30] : y < 60 ? [30, 30, 200] : [40, 40, 40]));
    const here = appearanceOf(clothed, 100, 100, box)!;
    const there = appearanceOf(clothed, 100, 100, { ...box, x: 0.6 })!;
    const swapped = appearanceOf(picture((_, y) => (y < 40 ? [30, 30, 200] : y < 60 ? [200, 30, 30] : [40, 40, 40])), 100, 100, box)!;
    expect(decodeAppearance(here)).toHaveLength(appearanceLength);
    expect(here.length).toBeLessThan(20);
    expect(cosine(here, there)).toBeCloseTo(1, 6);
    expect(cosine(here, swapped)).toBeCloseTo(1 / 3, 2);
  });

  it('takes what lies inside of a box that reaches beyond the frame, and nothing from one outside', () => {
    const pixels = picture(() => [10, 200, 10]);
    expect(appearanceOf(pixels, 100, 100, { x: -0.1, y: -0.3, w: 0.3, h: 0.6 })).not.toBeNull();
    expect(appearanceOf(pixels, 100, 100, { x: 1.2, y: 0.1, w: 0.1, h: 0.1 })).toBeNull();
    expect(appearanceOf(pixels, 100, 100, { x: NaN, y: 0.1, w: 0.1, h: 0.1 })).toBeNull();
  });

  it('keeps what matters of a box of a thousand colours, in bounded text', () => {
    const noise = picture((x, y) => [(x * 7919) % 256, (y * 104729) % 256, (x * y * 31) % 256]);
    const text = appearanceOf(noise, 100, 100, box)!;
    expect(text.length).toBeLessThanOrEqual(4 * Math.ceil((3 * 65) / 3));
    expect(cosine(text, text)).toBeCloseTo(1, 6);
  });
});

describe('decodeAppearance', () => {
  it('refuses text that is none of ours', () => {
    for (const text of ['', 'AA==', Buffer.from([1, 200, 9, 0, 0]).toString('base64'), Buffer.from([0, 0, 0, 0]).toString('base64')]) expect(decodeAppearance(text)).toBeNull();
    expect(decodeAppearance(Buffer.from([0, 0, 0]).toString('base64'))).toEqual(new Float32Array(appearanceLength));
  });
});
