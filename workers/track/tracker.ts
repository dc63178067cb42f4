import type { FinishedTrack, FrameInput, Track } from '@sightline/schemas';

/**
 * A tracker of one camera: a fold over frame inputs in event time. No clock, no randomness, no log.
 *
 *     const tracker = createTracker();
 *     const { tracks, finished } = tracker.step(input);
 */
export interface Tracker {
  step(input: FrameInput): TrackerOutput;
  /** Plain JSON; `createTracker(options, snapshot)` goes on exactly where this stands. */
  snapshot(): unknown;
}

export interface TrackerOutput {
  /** Confirmed objects in the frame now, coasting ones included. */
  readonly tracks: readonly Track[];
  /** Ids of confirmed tracks that ended with this frame. */
  readonly ended: readonly string[];
  /** Ended tracks, corrected with up to 1 s of later frames. */
  readonly finished: readonly FinishedTrack[];
}
