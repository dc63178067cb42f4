import sharp from 'sharp';
import type { Camera } from '@sightline/schemas';
import { SightlineError } from '@sightline/runtime/errors';
import { findFfmpeg } from './ffmpeg/binary.js';
import { startDecoder, type Decoder } from './ffmpeg/decoder.js';
import { probeSource } from './ffmpeg/probe.js';
import { BufferPool } from './pool.js';
import { privacyMask } from './privacy.js';
import { sourceProblem } from './problem.js';
import { openSource, silenceSeconds } from './source/source.js';

export type CameraAnswer =
  | {
      readonly ok: true;
      /** Pixels of the picture, upright. */
      readonly size: readonly [width: number, height: number];
      /** As the source says; null when it does not. */
      readonly fps: number | null;
      readonly codec: string;
      /** JPEG of the first picture, with the camera's privacy masks. */
      readonly picture: Uint8Array;
    }
  | { readonly ok: false; readonly error: SightlineError };

/** The picture is at most so wide. */
const pictureWidth = 1280;

/**
 * Opens a camera once and looks at one picture, for `sightline doctor` and the dashboard. Never throws: what is wrong is
 * named in the answer (name not resolved, refused, wrong password, no such stream, no picture), without secrets.
 */
export async function tryCamera(
  camera: Camera,
  { environment = process.env, signal }: { environment?: Readonly<Record<string, string | undefined>>; signal?: AbortSignal } = {},
): Promise<CameraAnswer> {
  try {
    const ffmpeg = await findFfmpeg(environment);
    const source = await openSource(camera, { ffmpeg, environment });
    const answer = await probeSource(ffmpeg, source.input, (silenceSeconds + 5) * 1000, signal);
    if (answer.probe === null) return { ok: false, error: answer.feedError instanceof SightlineError ? answer.feedError : sourceProblem(camera, source, answer.said.split('\n').filter(Boolean), answer.timedOut) };
    const { width, height, fps, codec, codedPixels } = answer.probe;
    const scale = Math.min(1, pictureWidth / width);
    const size = { width: Math.max(2, Math.round(width * scale)), height: Math.max(2, Math.round(height * scale)) };
    const mask = await privacyMask(camera, size);
    let pixels: Uint8Array | null = null;
    const decoder: Decoder = startDecoder({
      ffmpeg,
      plan: { input: source.input, ...size, fps: camera.fps, skip: 0, masked: mask !== null, sourcePixels: codedPixels },
      ...(mask === null ? {} : { mask }),
      pool: new BufferPool(size.width * size.height * 3, 1),
      frame: (frame) => {
        pixels ??= frame.pixels;
        void decoder.stop();
      },
    });
    const stop = (): void => void decoder.stop();
    const timer = setTimeout(stop, silenceSeconds * 1000);
    signal?.addEventListener('abort', stop, { once: true });
    const end = await decoder.ended;
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
    if (pixels === null) return { ok: false, error: sourceProblem(camera, source, end.errors, end.errors.length === 0) };
    const picture = await sharp(pixels, { raw: { ...size, channels: 3 } }).jpeg({ quality: 85 }).toBuffer();
    return { ok: true, size: [width, height], fps, codec, picture: new Uint8Array(picture) };
  } catch (error) {
    if (error instanceof SightlineError) return { ok: false, error };
    return { ok: false, error: new SightlineError('SOURCE_UNREADABLE', `camera "${camera.name}": ${error instanceof Error ? error.message : String(error)}`) };
  }
}
