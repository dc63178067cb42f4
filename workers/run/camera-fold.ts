import { comparePositions, type FrameInput, type FramePosition, type StepOutput } from '@sightline/schemas';
import type { CameraState } from '../checkpoint/checkpoint.js';
import { createPipeline, type Pipeline, type PipelineParts } from '../pipeline.js';
import type { CameraSetup } from './setup.js';

/**
 * The state of one camera as a fold over its frame inputs (architecture rule 3): live frames and the results of an
 * earlier owner go through the same `apply`.
 */
export class CameraFold {
  readonly camera: string;
  readonly #parts: PipelineParts;
  #pipeline: Pipeline | null = null;
  #restored: CameraState | null;
  #site: string | null;
  #position: FramePosition | null;
  #embeddedSecond: number | null;

  constructor(camera: string, parts: PipelineParts, restored?: { state: CameraState; position: FramePosition }) {
    this.camera = camera;
    this.#parts = parts;
    this.#restored = restored?.state ?? null;
    this.#site = restored?.state.site ?? null;
    this.#position = restored?.position ?? null;
    this.#embeddedSecond = restored?.state.embeddedSecond ?? null;
  }

  /** The frame that the state stands after, null before the first. */
  get position(): FramePosition | null {
    return this.#position;
  }

  get embeddedSecond(): number | null {
    return this.#embeddedSecond;
  }

  /** Whether the state already holds this frame. */
  has(position: FramePosition): boolean {
    return this.#position !== null && comparePositions(position, this.#position) <= 0;
  }

  /** The site version that the pipeline was last given. */
  get site(): string | null {
    return this.#site;
  }

  /** `setup` is that of `input.site`, or null when it is no longer known: then the one in force before goes on. */
  apply(input: FrameInput, setup: CameraSetup | null): StepOutput {
    const pipeline = this.#configured(setup);
    const output = pipeline.step(input);
    if (setup) this.#site = input.site;
    this.#position = { epoch: input.epoch, seq: input.seq };
    if (input.embedding !== undefined) this.#embeddedSecond = secondOf(input.capturedAt);
    return output;
  }

  /** Passes over a frame whose configuration nobody knows any more: the state stays, the position moves on. */
  skip(position: FramePosition): void {
    this.#position = { epoch: position.epoch, seq: position.seq };
  }

  /** The state as JSON, or null before the first frame. */
  snapshot(): string | null {
    if (!this.#pipeline) return this.#restored && JSON.stringify(this.#restored);
    const state: CameraState = { site: this.#site ?? '', embeddedSecond: this.#embeddedSecond, pipeline: this.#pipeline.snapshot() };
    return JSON.stringify(state);
  }

  #configured(setup: CameraSetup | null): Pipeline {
    if (this.#pipeline) {
      if (setup && setup.version !== this.#site) this.#pipeline.reconfigure(setup);
      return this.#pipeline;
    }
    if (!setup) throw new Error(`camera "${this.camera}": its configuration is not known`);
    this.#pipeline = createPipeline(setup, this.#parts, this.#restored?.pipeline);
    this.#restored = null;
    return this.#pipeline;
  }
}

export function secondOf(capturedAt: number): number {
  return Math.floor(capturedAt / 1e6);
}
