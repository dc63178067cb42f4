import { SightlineError, explain } from '@sightline/runtime/errors';
import type { Detector, DetectorOutput, FrameHeader } from '@sightline/schemas';
import type { TakenFrame } from './frame.js';
import type { CameraSetup } from './setup.js';

/** What a frame's pixels gave, or why they gave nothing. */
export interface Outcome {
  readonly state: 'inferred' | 'quiet' | 'failed';
  readonly reason?: string;
  readonly model: string;
  readonly output: DetectorOutput | null;
  /** The record itself is at fault and belongs in dead-letter. */
  readonly poison?: boolean;
}

export interface DetectParts {
  readonly detectors: (model: string) => Promise<Detector>;
  /** JPEG → rgb24 of the header's size. Absent where frames are never encoded. */
  readonly decodeJpeg?: (bytes: Uint8Array, header: FrameHeader) => Promise<Uint8Array>;
  readonly recycle?: (camera: string, pixels: Uint8Array) => void;
}

/** Retrying within the frame: a detector whose thread died has replaced it by then. Pixels that came as JPEG are still here. */
const triesPerFrame = 2;

/** Never rejects: a frame that cannot be analysed is a `failed` one. */
export async function detectFrame(frame: TakenFrame, setup: CameraSetup, embed: boolean, parts: DetectParts): Promise<Outcome> {
  const { header, record } = frame;
  let detector: Detector;
  try {
    detector = await parts.detectors(setup.camera.model);
  } catch (error) {
    return { state: 'failed', reason: explain(error), model: setup.camera.model, output: null };
  }
  const model = detector.model.version;
  if (header.encoding === 'none') return { state: 'quiet', model, output: null };
  for (let attempt = 1; ; attempt++) {
    let pixels: Uint8Array;
    try {
      pixels = await pixelsOf(record.value, header, parts);
    } catch (error) {
      return { state: 'failed', reason: (error as Error).message, model, output: null, poison: true };
    }
    try {
      const result = await detector.detect(request(pixels, setup, header, detector, embed));
      parts.recycle?.(header.camera, result.pixels);
      return { state: 'inferred', model, output: result };
    } catch (error) {
      const again = attempt < triesPerFrame && header.encoding === 'jpeg' && error instanceof SightlineError && error.retryable;
      if (!again) return { state: 'failed', reason: explain(error), model, output: null };
    }
  }
}

function request(pixels: Uint8Array, setup: CameraSetup, header: FrameHeader, detector: Detector, embed: boolean): Parameters<Detector['detect']>[0] {
  const { confidence } = setup.camera;
  const { floor, report } = detector.model;
  return {
    camera: header.camera,
    pixels,
    width: header.width,
    height: header.height,
    appearance: true,
    embedding: embed,
    // A camera's own threshold moves the tracker's floor in proportion.
    ...(confidence !== undefined && { floor: (confidence * floor) / report }),
    ...(setup.facings && { facings: setup.facings }),
  };
}

async function pixelsOf(value: Uint8Array | null, header: FrameHeader, parts: DetectParts): Promise<Uint8Array> {
  if (!value) throw new SightlineError('FRAME_INVALID', `a frame of encoding ${header.encoding} has no pixels`);
  let pixels = value;
  if (header.encoding === 'jpeg') {
    if (!parts.decodeJpeg) throw new SightlineError('FRAME_INVALID', 'a JPEG frame came where frames are raw');
    pixels = await parts.decodeJpeg(value, header);
  }
  const wanted = header.width * header.height * 3;
  if (pixels.byteLength !== wanted) throw new SightlineError('FRAME_INVALID', `a frame of ${header.width}×${header.height} has ${pixels.byteLength} bytes; rgb24 needs ${wanted}`);
  return pixels;
}
