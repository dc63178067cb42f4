import type { Box } from './geometry.js';

/**
 * The appearance of an object: HSV histograms (12 hues × 4 saturations × 4 values) of three bands of its box, one above the
 * other, taken from the middle 60 % of its width, where least background is. Each band's square roots have length 1, so that
 * a cosine is a Bhattacharyya coefficient (Bhattacharyya 1943) and lighting of one band does not outweigh the others.
 *
 *     const appearance = appearanceOf(pixels, width, height, box);   // base64 of 576 bytes
 */
const hues = 12;
const saturations = 4;
const values = 4;
const bands = 3;
const bandBins = hues * saturations * values;
export const appearanceBytes = bands * bandBins;

/** Part of the box's width that is looked at. */
const middle = 0.6;
/** Largest number of places looked at across and down a box: a larger box is sampled, so that its cost is bounded. */
const mostAcross = 16;
const mostDown = 48;

/** `pixels` is rgb24, width × height × 3 bytes; the box is in fractions of that picture. null: nothing of it lies inside. */
export function appearanceOf(pixels: Uint8Array, width: number, height: number, box: Box): string | null {
  const centre = box.x + box.w / 2;
  const left = Math.max(0, Math.round((centre - (middle * box.w) / 2) * width));
  const right = Math.min(width, Math.max(left + 1, Math.round((centre + (middle * box.w) / 2) * width)));
  const top = Math.max(0, Math.round(box.y * height));
  const bottom = Math.min(height, Math.round((box.y + box.h) * height));
  if (!(right > left) || !(bottom > top)) return null;

  const counts = new Float64Array(appearanceBytes);
  const totals = new Float64Array(bands);
  const stepX = Math.max(1, (right - left) / mostAcross);
  const stepY = Math.max(1, (bottom - top) / mostDown);
  const boxTop = box.y * height;
  const bandHeight = (box.h * height) / bands;
  for (let y = top; y < bottom; y += stepY) {
    const row = Math.floor(y);
    const band = Math.min(bands - 1, Math.max(0, Math.floor((row + 0.5 - boxTop) / bandHeight)));
    for (let x = left; x < right; x += stepX) {
      const at = 3 * (row * width + Math.floor(x));
      const bin = band * bandBins + binOf(pixels[at]!, pixels[at + 1]!, pixels[at + 2]!);
      counts[bin] = counts[bin]! + 1;
      totals[band] = totals[band]! + 1;
    }
  }
  const bytes = Buffer.allocUnsafe(appearanceBytes);
  for (let bin = 0; bin < appearanceBytes; bin++) {
    const total = totals[Math.floor(bin / bandBins)]!;
    bytes[bin] = total === 0 ? 0 : Math.round(255 * Math.sqrt(counts[bin]! / total));
  }
  return bytes.toString('base64');
}

/** Bin of a colour within a band. */
function binOf(red: number, green: number, blue: number): number {
  const most = Math.max(red, green, blue);
  const spread = most - Math.min(red, green, blue);
  let hue = 0;
  if (spread > 0) {
    if (most === red) hue = (green - blue) / spread;
    else if (most === green) hue = 2 + (blue - red) / spread;
    else hue = 4 + (red - green) / spread;
    if (hue < 0) hue += 6;
  }
  const hueBin = Math.min(hues - 1, Math.floor((hue / 6) * hues));
  const saturation = most === 0 ? 0 : Math.min(saturations - 1, Math.floor((spread / most) * saturations));
  const value = Math.min(values - 1, (most * values) >> 8);
  return (hueBin * saturations + saturation) * values + value;
}
