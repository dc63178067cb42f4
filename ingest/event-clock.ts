/**
 * Event time from a source's own timestamps: µs since the Unix epoch, strictly growing.
 *
 * A recording: the moment it began + its timestamp, whatever the clock on the wall says. A live source: the moment its
 * stream began + its timestamp; the network's jitter does not show, a camera clock that runs fast or slow is followed
 * gently, and one that jumps is anchored anew to the time of arrival.
 */
export class EventClock {
  #anchor: number | null;
  #last: number;
  #lastPts = NaN;
  readonly #live: boolean;

  private constructor(anchor: number | null, live: boolean, after: number) {
    this.#anchor = anchor;
    this.#live = live;
    this.#last = after;
  }

  /** `startMs`: ms since the Unix epoch at timestamp 0. */
  static recording(startMs: number): EventClock {
    return new EventClock(Math.round(startMs * 1000), false, -Infinity);
  }

  /** `after`: µs of the last frame that was given out before, so that a reconnected camera never goes back. */
  static live(after = -Infinity): EventClock {
    return new EventClock(null, true, after);
  }

  /** µs of the last frame, or -Infinity. */
  get last(): number {
    return this.#last;
  }

  /** The recording starts again: what now has timestamp 0 follows the last frame after `gap` µs. */
  again(gap: number): void {
    if (!this.#live && this.#last !== -Infinity) this.#anchor = this.#last + gap;
  }

  /** Event time of a frame. `pts`: µs of the source's own time, or NaN. `arrivedMs`: wall clock. */
  at(pts: number, arrivedMs: number): number {
    const time = this.#live ? this.#followed(pts, Math.round(arrivedMs * 1000)) : this.#anchor! + pts;
    const step = pts - this.#lastPts;
    if (Number.isFinite(pts)) this.#lastPts = pts;
    // Where the source or the wall was set back, time goes on a little slower until it has been caught up with.
    const least = Math.max(1, Math.round((step > 0 && step <= mostStepMicros ? step : 0) * catchUpShare));
    if (this.#last === -Infinity) this.#last = Number.isFinite(time) ? time : this.#anchor!;
    else this.#last = time > this.#last ? time : this.#last + least;
    return this.#last;
  }

  #followed(pts: number, arrived: number): number {
    if (!Number.isFinite(pts)) return arrived;
    if (this.#anchor === null || Math.abs(this.#anchor + pts - arrived) > jumpMicros) this.#anchor = arrived - pts;
    else this.#anchor += Math.round((arrived - this.#anchor - pts) * followShare);
    return this.#anchor + pts;
  }
}

/** More than any buffer between camera and us holds back; a difference beyond it is a clock that was set. */
const jumpMicros = 5_000_000;
/**
 * Share of the difference to the time of arrival that is taken over at each frame: at 10 fps a time constant of 50 s,
 * which follows a clock that is wrong by one part in a thousand within 50 ms and smooths jitter of 100 ms to 0.2 ms.
 */
const followShare = 0.002;
/** Seconds are then at most so much too long, which no dwell time suffers from visibly. */
const catchUpShare = 0.9;
/** A longer step is a gap or a jump, not the time between two frames. */
const mostStepMicros = 1_000_000;
