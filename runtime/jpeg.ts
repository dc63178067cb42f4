import type * as jpegTurbo from '@julusian/jpeg-turbo';
import { createRequire } from 'node:module';
import sharp from 'sharp';

type Turbo = typeof jpegTurbo;

export interface PictureSize {
  readonly width: number;
  readonly height: number;
}

/**
 * libjpeg-turbo by itself takes a fifth of what sharp takes for a frame of analysis size, where most of sharp's time is a
 * fixed cost per picture. Null where its package holds no binary for this machine; sharp then does the same.
 */
const turbo = loadTurbo();
let scratch = Buffer.alloc(0);

function loadTurbo(): Turbo | null {
  try {
    return createRequire(import.meta.url)('@julusian/jpeg-turbo') as Turbo;
  } catch {
    return null;
  }
}

/** Of a frame on its way to a worker: below it small objects lose detections, above it only bytes grow (`sightline bench jpeg`). */
const frameQuality = 85;

/** `pixels`: rgb24 of width × height, unchanged. `quality`: 1..100, default 85. Gives bytes of their own, with chroma halved both ways (4:2:0). */
export async function encodeJpeg(pixels: Uint8Array, { width, height }: PictureSize, quality = frameQuality): Promise<Uint8Array> {
  // Tables of codes made for each picture would save 2 % of its bytes, and double the time that it takes.
  if (!turbo) return sharp(pixels, { raw: { width, height, channels: 3 } }).jpeg({ quality, optimiseCoding: false }).toBuffer();
  const bound = turbo.bufferSize({ width, height, subsampling: turbo.SAMP_420 });
  if (scratch.length < bound) scratch = Buffer.alloc(bound);
  return new Uint8Array(turbo.compressSync(viewOf(pixels), scratch, { format: turbo.FORMAT_RGB, width, height, subsampling: turbo.SAMP_420, quality }));
}

export interface DecodedPicture extends PictureSize {
  /** rgb24 in a buffer of its own. */
  readonly pixels: Uint8Array;
}

/** Rejects with a plain Error for what is torn, no JPEG, or larger than `most`. */
export async function decodeJpeg(bytes: Uint8Array, most: PictureSize): Promise<DecodedPicture> {
  if (!turbo) return decodeBySharp(bytes, most);
  const pixels = Buffer.allocUnsafeSlow(most.width * most.height * 3);
  let decoded: ReturnType<Turbo['decompressSync']>;
  try {
    decoded = turbo.decompressSync(viewOf(bytes), pixels, { format: turbo.FORMAT_RGB });
  } catch {
    // The binding's own words are empty or wrong; sharp says what is the matter, and what it can read is good.
    return decodeBySharp(bytes, most);
  }
  return { pixels: new Uint8Array(pixels.buffer, 0, decoded.size), width: decoded.width, height: decoded.height };
}

async function decodeBySharp(bytes: Uint8Array, { width, height }: PictureSize): Promise<DecodedPicture> {
  const { data, info } = await sharp(bytes, { failOn: 'error', limitInputPixels: width * height }).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  const own = data.byteOffset === 0 && data.byteLength === data.buffer.byteLength ? data : new Uint8Array(data);
  return { pixels: own, width: info.width, height: info.height };
}

function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
