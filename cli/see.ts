import type { Detector, FrameInput, Polygon } from '@sightline/schemas';
import { inputOf } from '@sightline/schemas';
import type { VideoFrame } from './read-video.js';

/**
 * Frames through a detector: what tracker, zones and drift fold over.
 *
 *     for await (const input of see(readVideo('plaza.avi', { size: detector.inputSize }), detector)) tracker.step(input);
 */
export interface SeeOptions {
  readonly appearance?: boolean;
  readonly facings?: Readonly<Record<string, Polygon>>;
  readonly embedding?: boolean;
}

/** A frame that the model cannot take becomes an input of state `failed`; the others go on. */
export async function* see(frames: AsyncIterable<VideoFrame>, detector: Detector, options: SeeOptions = {}): AsyncGenerator<FrameInput> {
  for await (const frame of frames) {
    const { header, pixels } = frame;
    const { width, height } = header;
    const base = { ...inputOf(header), site: '', model: detector.model.version, aspect: width / height };
    if (header.encoding === 'none') {
      yield { ...base, state: 'quiet', detections: [] };
      continue;
    }
    try {
      const { detections, facings, embedding, pixels: used } = await detector.detect({ camera: header.camera, pixels, width, height, ...options });
      frame.recycle(used);
      yield { ...base, state: 'inferred', detections, ...(facings && { facings }), ...(embedding && { embedding }) };
    } catch (error) {
      yield { ...base, state: 'failed', reason: (error as Error).message, detections: [] };
    }
  }
}
