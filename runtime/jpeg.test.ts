import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeJpeg, encodeJpeg } from './jpeg.js';

const size = { width: 417, height: 255 };
const pixels = Uint8Array.from({ length: size.width * size.height * 3 }, (_, i) => {
  const [x, y] = [Math.floor(i / 3) % size.width, Math.floor(i / 3 / size.width)];
  return Math.round(127 + 100 * Math.sin(x / 40 + (i % 3)) * Math.cos(y / 30));
});

describe('JPEG', () => {
  it('gives back what went in, whatever decodes it', async () => {
    const before = pixels.slice();
    const bytes = await encodeJpeg(pixels, size, 85);
    expect(pixels).toEqual(before);
    const again = await decodeJpeg(bytes, size);
    expect(again).toMatchObject(size);
    expect(again.pixels.byteLength).toBe(again.pixels.buffer.byteLength);
    const bySharp = await sharp(bytes).raw().toBuffer();
    expect(bySharp.length).toBe(pixels.length);
    expect(meanDifference(again.pixels, pixels)).toBeLessThan(3);
    expect(meanDifference(bySharp, pixels)).toBeLessThan(3);
  });

  it('is smaller at lower quality, and one picture is not written over the last', async () => {
    const fine = await encodeJpeg(pixels, size, 95);
    const copy = fine.slice();
    const coarse = await encodeJpeg(pixels, size, 40);
    expect(coarse.length).toBeLessThan(fine.length);
    expect(fine).toEqual(copy);
  });

  it('reads grey pictures as colour', async () => {
    const grey = await sharp(pixels, { raw: { ...size, channels: 3 } }).greyscale().jpeg().toBuffer();
    expect((await decodeJpeg(grey, size)).pixels.length).toBe(pixels.length);
  });

  it('refuses what is torn, empty, something else, or larger than allowed', async () => {
    const bytes = await encodeJpeg(pixels, size, 85);
    await expect(decodeJpeg(bytes.subarray(0, bytes.length >> 1), size)).rejects.toThrow(/premature end/i);
    await expect(decodeJpeg(new Uint8Array(0), size)).rejects.toThrow();
    await expect(decodeJpeg(new Uint8Array(500).fill(7), size)).rejects.toThrow(/unsupported/);
    await expect(decodeJpeg(bytes, { width: 100, height: 100 })).rejects.toThrow(/pixel limit/);
  });
});

function meanDifference(a: Uint8Array, b: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs(a[i]! - b[i]!);
  return sum / a.length;
}
