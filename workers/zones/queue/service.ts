/**
 * How fast a queue is served: the mean time between two services while somebody waited, recent ones counting more, and
 * from it how long someone who joins now will wait.
 */
export interface ServiceState {
  /** µs of the last service, null when the queue was empty since. */
  readonly last: number | null;
  /** Weighted sum of the seconds between services, and of their weights. */
  readonly seconds: number;
  readonly weight: number;
  /** The same for the waits of those who found nobody waiting. */
  readonly emptyWaits: number;
  readonly emptyWeight: number;
}

export interface Service {
  /** Somebody was served at `at` after a wait; `ahead`: how many waited when they joined; `waiting`: how many wait now. */
  served(at: number, wait: number, ahead: number, waiting: number): void;
  /** Nobody waits any more: the next service says nothing about the pace. */
  idle(): void;
  /** Services an hour while people wait; null until known. */
  rate(): number | null;
  /** Seconds that someone who joins behind `length` others will wait; null until known. */
  forecast(length: number): number | null;
  snapshot(): ServiceState;
}

/** A service counts half as much after this many others: long enough to average, short enough to follow staff coming and going. */
const halfLife = 12;
/** Services needed before a pace is told. */
const enough = 3;
const second = 1_000_000;

export function createService(restored?: ServiceState): Service {
  let { last, seconds, weight, emptyWaits, emptyWeight } = restored ?? { last: null, seconds: 0, weight: 0, emptyWaits: 0, emptyWeight: 0 };
  const fade = 0.5 ** (1 / halfLife);
  const between = (): number | null => (weight < enough * fade ** enough ? null : seconds / weight);

  return {
    served(at, wait, ahead, waiting) {
      if (last !== null && at > last) {
        seconds = fade * seconds + (at - last) / second;
        weight = fade * weight + 1;
      }
      if (ahead === 0) {
        emptyWaits = fade * emptyWaits + wait;
        emptyWeight = fade * emptyWeight + 1;
      }
      last = waiting > 0 ? at : null;
    },
    idle() {
      last = null;
    },
    rate() {
      const pace = between();
      return pace === null || pace <= 0 ? null : 3600 / pace;
    },
    forecast(length) {
      const pace = between();
      if (length === 0) return emptyWeight > 0 ? emptyWaits / emptyWeight : pace;
      return pace === null ? null : (length + 1) * pace;
    },
    snapshot: () => ({ last, seconds, weight, emptyWaits, emptyWeight }),
  };
}
