import { explain } from '@sightline/runtime/errors';
import type { Camera, CameraStatus, DropReason, FrameQuality } from '@sightline/schemas';
import type { Clock } from '@sightline/runtime/clock';

/** A report at every change, and at least so often, so that rates and ages stay true. */
const reportEveryMs = 2000;

/** Keeps a camera's status and reports it. */
export class StatusBoard {
  #state: CameraStatus['state'] = 'starting';
  #since: number;
  #reportedAt = -Infinity;
  #framesReported = 0;
  #fpsGot = 0;
  #frames = 0;
  #quiet = 0;
  #reconnects = 0;
  #lastFrameAt: number | null = null;
  #size: readonly [number, number] | null = null;
  #quality: FrameQuality['state'] = 'ok';
  #problem: string | undefined;
  readonly #dropped: Record<string, number> = {};

  constructor(
    private readonly camera: Camera,
    private readonly clock: Clock,
    private readonly report: (status: CameraStatus) => void,
    public epoch: number,
  ) {
    this.#since = clock.now();
  }

  get state(): CameraStatus['state'] {
    return this.#state;
  }

  get lastFrameAt(): number | null {
    return this.#lastFrameAt;
  }

  /** `problem`: what went wrong (an error), nothing any more (null), or as before (left out). */
  enter(state: CameraStatus['state'], problem?: unknown): void {
    const text = problem === undefined ? this.#problem : problem === null ? undefined : explain(problem);
    if (state === this.#state && text === this.#problem && this.#reportedAt !== -Infinity) return;
    if (state !== this.#state) this.#since = this.clock.now();
    this.#state = state;
    this.#problem = text;
    this.#send();
  }

  sized(width: number, height: number): void {
    const changed = this.#size !== null && (this.#size[0] !== width || this.#size[1] !== height);
    this.#size = [width, height];
    if (changed) this.#send();
  }

  reconnected(): void {
    this.#reconnects++;
  }

  frame(quiet: boolean, quality: FrameQuality['state']): void {
    this.#frames++;
    if (quiet) this.#quiet++;
    this.#lastFrameAt = this.clock.now();
    const changed = quality !== this.#quality;
    this.#quality = quality;
    if (this.#state !== 'online') this.enter('online', null);
    else if (changed) this.#send();
  }

  lost(reason: DropReason, count = 1): void {
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + count;
  }

  /** Call about once a second. */
  tick(): void {
    if (this.clock.now() - this.#reportedAt >= reportEveryMs) this.#send();
  }

  #send(): void {
    const now = this.clock.now();
    const elapsed = now - this.#reportedAt;
    if (elapsed >= reportEveryMs / 2) {
      this.#fpsGot = Number.isFinite(elapsed) ? (this.#frames - this.#framesReported) / (elapsed / 1000) : 0;
      this.#framesReported = this.#frames;
      this.#reportedAt = now;
    }
    this.report({
      camera: this.camera.name,
      epoch: this.epoch,
      state: this.#state,
      since: this.#since,
      at: now,
      fpsWanted: this.camera.fps,
      fpsGot: this.#state === 'online' ? Math.round(this.#fpsGot * 100) / 100 : 0,
      lastFrameAt: this.#lastFrameAt,
      size: this.#size,
      dropped: { ...this.#dropped },
      quiet: this.#quiet,
      frames: this.#frames,
      reconnects: this.#reconnects,
      quality: this.#quality,
      ...(this.#problem === undefined ? {} : { problem: this.#problem }),
    });
  }
}
