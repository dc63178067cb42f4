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
    const arrived = Math.round(arrivedMs * 1000);
    let time: number;
    if (!this.#live) {
      time = Number.isFinite(pts) ? this.#anchor! + pts : this.#last;
    } else if (!Number.isFinite(pts)) {
      time = arrived;
    } else {
      if (this.#anchor === null || Math.abs(this.#anchor + pts - arrived) > jumpMicros) this.#anchor = arrived - pts;
      else this.#anchor += Math.round((arrived - this.#anchor - pts) * followShare);
      time = this.#anchor + pts;
    }
    this.#last = Number.isFinite(this.#last) ? Math.max(time, this.#last + 1) : time;
    return this.#last;
  }
}

/** More than any buffer between camera and us holds back; a difference beyond it is a clock that was set. */
const jumpMicros = 5_000_000;
/**
 * Share of the difference to the time of arrival that is taken over at each frame: at 10 fps a time constant of 50 s,
 * which follows a clock that is wrong by one part in a thousand within 50 ms and smooths jitter of 100 ms to 0.2 ms.
 */
const followShare = 0.002;
