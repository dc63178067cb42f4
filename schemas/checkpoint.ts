import type { FramePosition } from './frame.js';

/** `checkpoints`, keyed by camera: the pipeline's state after the frame at `position`. It only shortens the fold. */
export interface CheckpointRecord {
  readonly v: 1;
  readonly camera: string;
  readonly position: FramePosition;
  /** Offset in `frames` of that frame, and the offset in `results` of its record. */
  readonly frameOffset: number;
  readonly resultsOffset: number;
  /** The pipeline's snapshot, JSON. */
  readonly state: unknown;
}
