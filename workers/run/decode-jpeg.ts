import { SightlineError } from '@sightline/runtime/errors';
import * as jpeg from '@sightline/runtime/jpeg';
import type { FrameHeader } from '@sightline/schemas';

/** A JPEG frame as rgb24 of its header's size, in a buffer of its own. Rejects with FRAME_INVALID when it is torn or of another size. */
export async function decodeJpeg(bytes: Uint8Array, { camera, width, height }: FrameHeader): Promise<Uint8Array> {
  let decoded: jpeg.DecodedPicture;
  try {
    decoded = await jpeg.decodeJpeg(bytes, { width, height });
  } catch (error) {
    throw new SightlineError('FRAME_INVALID', `camera "${camera}": a JPEG frame cannot be decoded: ${(error as Error).message}`, { cause: error });
  }
  if (decoded.width !== width || decoded.height !== height) throw new SightlineError('FRAME_INVALID', `camera "${camera}": a JPEG frame is ${decoded.width}×${decoded.height}, its header says ${width}×${height}`);
  return decoded.pixels;
}
