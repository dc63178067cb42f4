import sharp from 'sharp';

/** A frame as JPEG, for a broker. Below this quality small objects lose detections, above it only bytes grow (`sightline bench jpeg`). */
export const defaultJpegQuality = 85;

/** `pixels`: rgb24 of width × height. `quality`: 1..100. */
export async function encodeJpeg(pixels: Uint8Array, { width, height }: { readonly width: number; readonly height: number }, quality = defaultJpegQuality): Promise<Uint8Array> {
  // Tables of codes made for each picture would save 2 % of its bytes, and double the time that it takes.
  return sharp(pixels, { raw: { width, height, channels: 3 } }).jpeg({ quality, optimiseCoding: false }).toBuffer();
}
