import type { Camera, CameraStatus, FrameHeader } from '@sightline/schemas';
import { SightlineError } from '@sightline/runtime/errors';
import { systemClock, type Clock } from '@sightline/runtime/clock';
import { findFfmpeg } from './ffmpeg/binary.js';
import { runSession, type SessionState } from './session.js';
import { StatusBoard } from './status.js';

/**
 * One camera, supervised: frames on and on, whatever happens to the source.
 *
 *     const run = startCamera({ camera, size: detector.inputSize, publish, status, epoch: Date.now() });
 *     …
 *     await run.stop();
 */
export interface CameraOptions {
  readonly camera: Camera;
  /** The analysis size for a source picture of this size (both in pixels, upright). */
  readonly size: (sourceWidth: number, sourceHeight: number) => { width: number; height: number };
  /** Takes a frame; the pixels are handed over, give them back with `recycle`. The next frame comes when it resolves. */
  readonly publish: (header: FrameHeader, pixels: Uint8Array) => Promise<void>;
  /** Sees every frame with its pixels, quiet ones too, before the gate and before any is lost; the pixels are lent for the call. */
  readonly tap?: (header: FrameHeader, pixels: Uint8Array) => void;
  readonly status: (status: CameraStatus) => void;
  /** Epoch of a recording; least epoch of a live source, which takes a later one at each start. */
  readonly epoch: number;
  readonly clock?: Clock;
  readonly signal?: AbortSignal;
  /** A recording goes on with this frame: the ones before are not given out again. */
  readonly startAtSeq?: number;
  /** For secrets in the source and FFMPEG_PATH. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

export interface CameraEnd {
  /** What ended a recording early; absent when it ran to its end or was stopped. */
  readonly error?: SightlineError;
  /** Frames given out. */
  readonly frames: number;
}

export interface CameraRun {
  /** Ends ffmpeg, drops what waits, and resolves when nothing is left. */
  stop(): Promise<void>;
  /** Resolves when a recording is through, or the camera was stopped. Never rejects. */
  readonly done: Promise<CameraEnd>;
  /** Gives a pixel buffer back for use with another frame. */
  recycle(pixels: Uint8Array): void;
  /** Process id of the ffmpeg that runs now. */
  readonly pid: number | undefined;
}

/** First and longest wait before a new attempt, seconds. */
const backoffSeconds = { first: 1, most: 60 };
/** A connection that held so long was a good one: the next attempt after it comes soon. */
const goodSeconds = 30;

export function startCamera(options: CameraOptions): CameraRun {
  const { camera, signal } = options;
  const clock = options.clock ?? systemClock;
  const environment = options.environment ?? process.env;
  const stopped = new AbortController();
  const abort = (): void => stopped.abort();
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted === true) abort();
  const board = new StatusBoard(camera, clock, options.status, options.epoch);
  const state: SessionState = { epoch: options.epoch, seq: 0, skip: options.startAtSeq ?? 0, lastCapturedAt: -Infinity, given: 0 };

  const supervise = async (): Promise<CameraEnd> => {
    board.enter('starting');
    for (let failures = 0; ; ) {
      const began = clock.now();
      let error: SightlineError | undefined;
      let recording = false;
      let resumes = false;
      try {
        const ffmpeg = await findFfmpeg(environment);
        const end = await runSession({ camera, options, clock, board, state, ffmpeg, environment, signal: stopped.signal });
        recording = end.recording;
        error = end.error;
        resumes = end.resumes ?? false;
        if (stopped.signal.aborted) return { frames: state.given };
        if (end.complete) {
          board.enter('ended', error ?? null);
          return { frames: state.given, ...(error === undefined ? {} : { error }) };
        }
      } catch (thrown) {
        if (stopped.signal.aborted) return { frames: state.given };
        error = asSightlineError(camera, thrown);
        recording = camera.pace === 'fast';
      }
      if (resumes && (recording || error === undefined)) continue;
      board.enter('offline', error);
      if (recording && error !== undefined) return { frames: state.given, error };
      failures = clock.now() - began > goodSeconds * 1000 ? 1 : failures + 1;
      const wait = Math.min(backoffSeconds.most, backoffSeconds.first * 2 ** (failures - 1));
      await clock.sleep(wait * 1000 * (0.5 + clock.random() / 2), stopped.signal);
      if (stopped.signal.aborted) return { frames: state.given };
      board.reconnected();
    }
  };

  const done = supervise().finally(() => {
    signal?.removeEventListener('abort', abort);
    if (stopped.signal.aborted) board.enter('offline', null);
  });
  return {
    stop: async () => {
      abort();
      await done;
    },
    done,
    recycle: (pixels) => state.pool?.give(pixels),
    get pid() {
      return state.pid;
    },
  };
}

function asSightlineError(camera: Camera, thrown: unknown): SightlineError {
  if (thrown instanceof SightlineError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new SightlineError('SOURCE_UNREADABLE', `camera "${camera.name}": ${message}`, { cause: thrown });
}
