import type { FrameQuality } from '@sightline/schemas';
import { Gate } from './gate.js';
import { QualityWatch } from './quality.js';
import { ShiftEstimator } from './shift.js';

/** What the thumbnail says about a frame. */
export interface Inspection {
  readonly quality: FrameQuality;
  /** Global motion since the frame before, in fractions of the frame. */
  readonly motion: readonly [dx: number, dy: number];
  /** The picture does not differ from the one the detector saw last. */
  readonly quiet: boolean;
}

/** Less is not told from the noise of a camera that stands still: half a thousandth of the width. */
const leastMotionPixels = 0.05;
/** With fewer blocks that agree, it is objects that moved, not the camera. */
const leastAgreement = 0.5;
/** With more blocks that stay where they are, the camera does too. */
const mostStill = 0.2;

/** Looks at each thumbnail once, for gate, quality and motion. Event time only. */
export class Inspector {
  readonly #gate: Gate | null;
  readonly #quality: QualityWatch;
  readonly #shift: ShiftEstimator;
  readonly #before: Uint8Array;
  #began = false;

  constructor(
    private readonly width: number,
    private readonly height: number,
    gated: boolean,
  ) {
    this.#gate = gated ? new Gate(width, height) : null;
    this.#quality = new QualityWatch(width, height);
    this.#shift = new ShiftEstimator(width, height);
    this.#before = new Uint8Array(width * height);
  }

  /** `thumb`: grey, only read. `seconds`: event time. */
  see(thumb: Uint8Array, seconds: number): Inspection {
    const quality = this.#quality.see(thumb, seconds);
    const quiet = this.#gate?.quiet(thumb, seconds) ?? false;
    const motion = this.#motion(thumb, quiet);
    this.#before.set(thumb);
    this.#began = true;
    return { quality, motion, quiet };
  }

  /** The frame that `see` called worth a look never reached the detector. */
  forget(): void {
    this.#gate?.forget();
  }

  #motion(thumb: Uint8Array, quiet: boolean): readonly [number, number] {
    if (!this.#began || quiet) return still;
    const { dx, dy, agreement, still: share } = this.#shift.between(this.#before, thumb);
    if (agreement < leastAgreement || share > mostStill || Math.hypot(dx, dy) < leastMotionPixels) return still;
    return [rounded(dx / this.width), rounded(dy / this.height)];
  }
}

const still = [0, 0] as const;

function rounded(fraction: number): number {
  return Math.round(fraction * 1e6) / 1e6;
}
