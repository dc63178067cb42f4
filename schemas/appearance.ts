import type { Box } from './geometry.js';

/**
 * The appearance of an object: HSV histograms (12 hues × 4 saturations × 4 values) of three bands of its box, one above the
 * other, taken from the middle 60 % of its width, where least background is. Each band's square roots have length 1, so that
 * a cosine is a Bhattacharyya coefficient (Bhattacharyya 1943) and lighting of one band does not outweigh the others.
 *
 *     const appearance = appearanceOf(pixels, width, height, box);
 *     const look = decodeAppearance(appearance);   // 3 × 192 numbers
 *
 * Clothes fill a dozen bins of a band, so only filled ones travel: per band their number, then one byte for each bin and one
 * for its level, all base64. That is about 100 characters an object instead of 768.
 */
const hues = 12;
const saturations = 4;
const values = 4;
const bands = 3;
const bandBins = hues * saturations * values;
export const appearanceLength = bands * bandBins;

/** Bins of a band that travel at most; were there more, none of the rest would hold 1/32 of the band. */
const binsKept = 32;
/** A bin with less than half a percent of its band is noise of the camera. */
const leastShare = 0.005;

/** Bits per channel of the table from RGB to bin, finer than any bin. */
const tableBits = 6;
const drop = 8 - tableBits;
const table = binTable();
const counts = new Uint16Array(appearanceLength);

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

  counts.fill(0);
  const stepX = Math.max(1, (right - left) / mostAcross);
  const stepY = Math.max(1, (bottom - top) / mostDown);
  const boxTop = box.y * height;
  const bandHeight = (box.h * height) / bands;
  for (let y = top; y < bottom; y += stepY) {
    const row = Math.floor(y);
    const band = Math.min(bands - 1, Math.max(0, Math.floor((row + 0.5 - boxTop) / bandHeight)));
    for (let x = left; x < right; x += stepX) {
      const at = 3 * (row * width + Math.floor(x));
      const bin = band * bandBins + table[((pixels[at]! >> drop) << (2 * tableBits)) | ((pixels[at + 1]! >> drop) << tableBits) | (pixels[at + 2]! >> drop)]!;
      counts[bin] = counts[bin]! + 1;
    }
  }
  return encode();
}

/** Three bands of 192 bins, each band of length 1 or, where nothing of it was in the frame, all 0. null: no such text. */
export function decodeAppearance(base64: string): Float32Array | null {
  const bytes = Buffer.from(base64, 'base64');
  const out = new Float32Array(appearanceLength);
  let at = 0;
  for (let band = 0; band < bands; band++) {
    const filled = bytes[at++];
    if (filled === undefined || at + 2 * filled > bytes.length) return null;
    let squares = 0;
    for (let i = at; i < at + 2 * filled; i += 2) squares += bytes[i + 1]! ** 2;
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    for (const end = at + 2 * filled; at < end; at += 2) {
      if (bytes[at]! >= bandBins) return null;
      out[band * bandBins + bytes[at]!] = bytes[at + 1]! * scale;
    }
  }
  return at === bytes.length ? out : null;
}

/** The counts as text; square roots of shares 0..1 become levels 0..255. */
function encode(): string {
  const bytes = Buffer.allocUnsafe(bands * (1 + 2 * binsKept));
  let at = 0;
  for (let band = 0; band < bands; band++) {
    const of = counts.subarray(band * bandBins, (band + 1) * bandBins);
    let total = 0;
    for (let bin = 0; bin < bandBins; bin++) total += of[bin]!;
    const least = total * (filledBins(of, total * leastShare) <= binsKept ? leastShare : 1 / binsKept);
    const head = at++;
    for (let bin = 0; bin < bandBins && at < head + 2 * binsKept; bin++) {
      if (of[bin] === 0 || of[bin]! < least) continue;
      bytes[at++] = bin;
      bytes[at++] = Math.round(255 * Math.sqrt(of[bin]! / total));
    }
    bytes[head] = (at - head - 1) / 2;
  }
  return bytes.toString('base64', 0, at);
}

function filledBins(of: Uint16Array, least: number): number {
  let filled = 0;
  for (let bin = 0; bin < bandBins; bin++) if (of[bin]! > 0 && of[bin]! >= least) filled += 1;
  return filled;
}

function binTable(): Uint8Array {
  const side = 1 << tableBits;
  const bins = new Uint8Array(side ** 3);
  const middleOf = (step: number): number => (step << drop) + (1 << (drop - 1));
  for (let red = 0; red < side; red++)
    for (let green = 0; green < side; green++) for (let blue = 0; blue < side; blue++) bins[(red << (2 * tableBits)) | (green << tableBits) | blue] = binOf(middleOf(red), middleOf(green), middleOf(blue));
  return bins;
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
