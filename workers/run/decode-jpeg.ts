import { SightlineError } from '@sightline/runtime/errors';
import type { FrameHeader } from '@sightline/schemas';
import sharp from 'sharp';

/** A JPEG frame as rgb24 of its header's size. Rejects with FRAME_INVALID when it is torn or of another size. */
export async function decodeJpeg(bytes: Uint8Array, { camera, width, height }: FrameHeader): Promise<Uint8Array> {
  let decoded: { data: Buffer; info: { width: number; height: number } };
  try {
    decoded = await sharp(bytes, { failOn: 'error', limitInputPixels: width * height }).removeAlpha().toColourspace('srgb').raw().toBuffer({ resolveWithObject: true });
  } catch (error) {
    throw new SightlineError('FRAME_INVALID', `camera "${camera}": a JPEG frame cannot be decoded: ${(error as Error).message}`, { cause: error });
  }
  const { data, info } = decoded;
  if (info.width !== width || info.height !== height) throw new SightlineError('FRAME_INVALID', `camera "${camera}": a JPEG frame is ${info.width}×${info.height}, its header says ${width}×${height}`);
  // A buffer of its own: it is handed over to a thread.
  return data.byteOffset === 0 && data.byteLength === data.buffer.byteLength ? data : new Uint8Array(data);
}
