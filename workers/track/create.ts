import type { FrameInput } from '@sightline/schemas';
import { correctedFrames, finish, type CorrectedFrame } from './corrected.js';
import { confirmedIds, holdStill, observe, removeStale, report, shift } from './lifecycle.js';
import { numbersOf, predict } from './motion.js';
import { defaultTrackerOptions, type TrackerOptions } from './options.js';
import { freshState, pack, restlessness, unpack, type TrackerState, type TrackState } from './state.js';
import type { Tracker, TrackerOutput } from './tracker.js';

/**
 * Sightline's tracker: a Kalman filter in seconds and object sizes, optimal assignment in two stages over widened boxes,
 * and appearance where the detections carry it (docs/tracking.md).
 *
 *     const tracker = createTracker();
 *     for (const input of inputs) show(tracker.step(input).tracks);
 */
export interface SightlineTracker extends Tracker {
  step(input: FrameInput): SightlineTrackerOutput;
  /** Ends a recording: every track ends, and the last second is corrected with what there is. */
  flush(): SightlineTrackerOutput;
}

export interface SightlineTrackerOutput extends TrackerOutput {
  /** Frames, about a second old, as they turned out: gaps filled, boxes smoothed. Each frame appears once, in order. */
  readonly corrected: readonly CorrectedFrame[];
}

export function createTracker(overrides: Partial<TrackerOptions> = {}, restored?: unknown): SightlineTracker {
  const options: TrackerOptions = { ...defaultTrackerOptions, ...overrides };
  const state: TrackerState = restored === undefined ? freshState() : unpack(restored);

  /** Ends every track and corrects what waits: nothing before can say anything about what follows. */
  function breakOff(): SightlineTrackerOutput {
    const ended = state.tracks.splice(0);
    state.leaving.push(...ended);
    const corrected = correctedFrames(state, Infinity, options);
    return { tracks: [], ended: confirmedIds(ended), finished: finish(state), corrected };
  }

  function advance(input: FrameInput): SightlineTrackerOutput {
    const seconds = state.at === null ? 0 : (input.capturedAt - state.at) / 1e6;
    Object.assign(state, { at: input.capturedAt, aspect: input.aspect });
    if (input.epoch !== state.epoch) Object.assign(state, { epoch: input.epoch, next: 1 });

    shift(state, input);
    const predicted = state.tracks.map((track) => {
      predict(track.motion, seconds, options, restlessness(track.group, options));
      return { track, before: numbersOf(track.motion) };
    });
    const anew = new Set<TrackState>();
    let ended: TrackState[] = [];
    if (input.state === 'quiet') {
      holdStill(state.tracks, anew, options);
    } else {
      for (const track of state.tracks) track.unseen += seconds;
      if (input.state === 'inferred') observe(state, input, seconds, anew, options);
      ended = removeStale(state, seconds, options);
    }
    const at = input.capturedAt;
    for (const { track, before } of predicted) {
      track.moments.push({ at, seen: track.unseen === 0, anew: anew.has(track), before, after: numbersOf(track.motion) });
    }
    for (let k = state.tracks.length - 1; k >= 0 && state.tracks[k]!.moments.length === 0; k--) {
      const { motion, moments } = state.tracks[k]!;
      const born = numbersOf(motion);
      moments.push({ at, seen: true, anew: true, before: born, after: born });
    }
    state.leaving.push(...ended);
    state.pending.push(at);
    const corrected = correctedFrames(state, at, options);
    return { tracks: report(state, options), ended: confirmedIds(ended), finished: finish(state), corrected };
  }

  return {
    step(input) {
      const broken = state.at !== null && (input.capturedAt < state.at || input.aspect !== state.aspect) ? breakOff() : null;
      const output = advance(input);
      if (!broken) return output;
      return {
        tracks: output.tracks,
        ended: [...broken.ended, ...output.ended],
        finished: [...broken.finished, ...output.finished],
        corrected: [...broken.corrected, ...output.corrected],
      };
    },
    flush: breakOff,
    snapshot: () => pack(state),
  };
}
