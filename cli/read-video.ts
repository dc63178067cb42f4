import { startCamera } from '@sightline/ingest/camera';
import { cameraSchema, type Camera, type FrameHeader } from '@sightline/schemas';

/**
 * A recording's frames, one after the other, as fast as they are asked for.
 *
 *     for await (const { header, pixels } of readVideo('plaza.avi', { fps: 10, size: detector.inputSize })) { … }
 */
export interface VideoFrame {
  readonly header: FrameHeader;
  /** rgb24 of header.width × header.height; empty when the gate held the frame back. Yours to keep or to give back. */
  readonly pixels: Uint8Array;
  /** Gives the pixels back for use with a later frame. */
  recycle(pixels: Uint8Array): void;
}

export interface ReadVideoOptions {
  /** Frames a second wanted; a slower video gives what it has. Default: the camera's. */
  readonly fps?: number;
  /** Analysis size for a source of this size in pixels; `detector.inputSize`. */
  readonly size: (sourceWidth: number, sourceHeight: number) => { width: number; height: number };
  /** Further settings of the camera, as in the site file. `gate: false` gives the pixels of every frame. */
  readonly camera?: Partial<Camera>;
  readonly startAtSeq?: number;
}

/** Throws a SightlineError when the video cannot be read, or breaks off: what came before it was given. */
export async function* readVideo(source: string, { fps, size, camera: settings, startAtSeq }: ReadVideoOptions): AsyncGenerator<VideoFrame> {
  const camera = cameraSchema.parse({ name: 'video', source, pace: 'fast', gate: false, ...settings, ...(fps && { fps }) });
  let taken: (() => void) | undefined;
  let waiting: ((frame: VideoFrame | null) => void) | undefined;
  const ready: VideoFrame[] = [];
  const run = startCamera({
    camera,
    size,
    epoch: 0,
    status: () => undefined,
    ...(startAtSeq !== undefined && { startAtSeq }),
    publish: (header, pixels) =>
      new Promise<void>((resolve) => {
        const frame: VideoFrame = { header, pixels, recycle: (used) => run.recycle(used) };
        taken = resolve;
        if (waiting) waiting(frame);
        else ready.push(frame);
        waiting = undefined;
      }),
  });
  let finished = false;
  void run.done.then(() => {
    finished = true;
    waiting?.(null);
  });
  try {
    for (;;) {
      const frame = ready.shift() ?? (finished ? null : await new Promise<VideoFrame | null>((resolve) => (waiting = resolve)));
      if (!frame) break;
      // The next picture is decoded while this one is worked on.
      taken?.();
      yield frame;
    }
    const { error } = await run.done;
    if (error) throw error;
  } finally {
    taken?.();
    await run.stop();
  }
}
