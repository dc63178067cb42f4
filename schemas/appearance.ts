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

/** Part of the box's width that is looked at. */
const middle = 0.6;
/** Largest number of places looked at across and down a box: a larger box is sampled, so that its cost is bounded. */
const mostAcross = 12;
const mostDown = 36;

/** Bins of a band that travel at most; were there more, none of the rest would hold 1/32 of the band. */
const binsKept = 32;
/** A bin with less than half a percent of its band is noise of the camera. */
const leastShare = 0.005;

/** Bits per channel of the table from RGB to bin, finer than any bin. */
const tableBits = 5;
const drop = 8 - tableBits;
const table = binTable();

/** Working memory of one call: pixels per bin of a band, the bins that have any, and the columns that are looked at. */
const counts = new Uint16Array(bandBins);
const filled = new Uint8Array(bandBins);
const columns = new Uint32Array(mostAcross);
const scratch = Buffer.alloc(bands * (1 + 2 * binsKept));

/** `pixels` is rgb24, width × height × 3 bytes; the box is in fractions of that picture. null: nothing of it lies inside. */
export function appearanceOf(pixels: Uint8Array, width: number, height: number, box: Box): string | null {
  const centre = box.x + box.w / 2;
  const left = Math.max(0, Math.round((centre - (middle * box.w) / 2) * width));
  const right = Math.min(width, Math.max(left + 1, Math.round((centre + (middle * box.w) / 2) * width)));
  const top = Math.max(0, Math.round(box.y * height));
  const bottom = Math.min(height, Math.round((box.y + box.h) * height));
  if (!(right > left) || !(bottom > top)) return null;

  const across = Math.min(mostAcross, right - left);
  for (let i = 0; i < across; i++) columns[i] = 3 * (left + Math.floor((i * (right - left)) / across));
  const down = Math.min(mostDown, bottom - top);
  const boxTop = box.y * height;
  const bandHeight = (box.h * height) / bands;
  let at = 0;
  let line = 0;
  for (let band = 0; band < bands; band++) {
    const below = band === bands - 1 ? bottom : boxTop + (band + 1) * bandHeight;
    let bins = 0;
    let total = 0;
    for (; line < down; line++) {
      const row = top + Math.floor((line * (bottom - top)) / down);
      if (row + 0.5 >= below) break;
      const start = 3 * row * width;
      for (let i = 0; i < across; i++) {
        const pixel = start + columns[i]!;
        const bin = table[((pixels[pixel]! >> drop) << (2 * tableBits)) | ((pixels[pixel + 1]! >> drop) << tableBits) | (pixels[pixel + 2]! >> drop)]!;
        if (counts[bin] === 0) filled[bins++] = bin;
        counts[bin] = counts[bin]! + 1;
      }
      total += across;
    }
    at = encodeBand(bins, total, at);
  }
  return scratch.toString('base64', 0, at);
}

/** Writes the filled bins of a band to the scratch text and empties them; square roots of shares 0..1 become levels 0..255. */
function encodeBand(bins: number, total: number, start: number): number {
  let least = total * leastShare;
  let kept = 0;
  for (let i = 0; i < bins; i++) if (counts[filled[i]!]! >= least) kept += 1;
  if (kept > binsKept) least = total / binsKept;
  let at = start + 1;
  for (let i = 0; i < bins; i++) {
    const bin = filled[i]!;
    if (counts[bin]! >= least) {
      scratch[at++] = bin;
      scratch[at++] = Math.round(255 * Math.sqrt(counts[bin]! / total));
    }
    counts[bin] = 0;
  }
  scratch[start] = (at - start - 1) / 2;
  return at;
}

/** Three bands of 192 bins, each band of length 1 or, where nothing of it was in the frame, all 0. null: no such text. */
export function decodeAppearance(base64: string): Float32Array | null {
  const bytes = Buffer.from(base64, 'base64');
  const out = new Float32Array(appearanceLength);
  let at = 0;
  for (let band = 0; band < bands; band++) {
    const count = bytes[at++];
    if (count === undefined || at + 2 * count > bytes.length) return null;
    let squares = 0;
    for (let i = at; i < at + 2 * count; i += 2) squares += bytes[i + 1]! ** 2;
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    for (const end = at + 2 * count; at < end; at += 2) {
      if (bytes[at]! >= bandBins) return null;
      out[band * bandBins + bytes[at]!] = bytes[at + 1]! * scale;
    }
  }
  return at === bytes.length ? out : null;
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
