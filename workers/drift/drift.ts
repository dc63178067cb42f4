import type { DriftRow, FrameInput } from '@sightline/schemas';

/** Folds the frames' embeddings into sketch rows, one a camera and minute (architecture, Drift). */
export interface DriftSketcher {
  /** Rows of minutes that this frame closed. */
  step(input: FrameInput): readonly DriftRow[];
  snapshot(): unknown;
}
