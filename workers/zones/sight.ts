import type { ZoneFrame, ZoneOutput, ZoneUnit } from './zone.js';

/** A zone that is only asked about frames that show something. */
export interface SeeingZone extends ZoneUnit {
  readonly measureNames: readonly string[];
  /** Nothing was seen for so many seconds: what was there may have left, arrived or, if the camera moved, mean nothing now. */
  resume(seconds: number, moved: boolean): void;
}

interface SightState {
  /** µs of the last frame that showed something. */
  readonly seenAt: number | null;
  readonly moved: boolean;
  readonly blind: boolean;
  /** Usual seconds between frames. */
  readonly interval: number;
  /** What was said last, for a frame that failed. */
  readonly measures: ZoneOutput['measures'] | null;
  readonly perClass: ZoneOutput['perClass'] | null;
  readonly zone: unknown;
}

/** A dropped frame or two is not blindness: unknown is said when nothing was seen for this long. */
const blindAfter = 2;
/** Seconds without any frame, and multiples of the usual interval, from which on the camera counts as having been away. */
const awayAfter = 5;
const awayIntervals = 5;
/** Share of a new interval in the usual one. */
const adapt = 0.1;
const second = 1_000_000;

/**
 * Keeps a zone from drawing conclusions from pictures that show nothing (dark, blurred, frozen, moved, failed, no frames at
 * all): no events, measures unknown; afterwards the zone goes on where it was, its clocks set forward.
 */
export function withSight(create: (restored?: unknown) => SeeingZone, restored?: unknown): ZoneUnit {
  const state = restored as SightState | undefined;
  const zone = create(state?.zone);
  const unknown = Object.fromEntries(zone.measureNames.map((name) => [name, null]));
  let seenAt = state?.seenAt ?? null;
  let moved = state?.moved ?? false;
  let blind = state?.blind ?? false;
  let interval = state?.interval ?? 0;
  let measures = state?.measures ?? null;
  let perClass = state?.perClass ?? null;

  return {
    step(frame: ZoneFrame): ZoneOutput {
      const { input } = frame;
      const at = input.capturedAt;
      const away = seenAt === null ? 0 : (at - seenAt) / second;
      if (input.state === 'failed' || input.quality.state !== 'ok') {
        moved ||= input.quality.state === 'moved';
        blind ||= input.quality.state !== 'ok' || away > blindAfter;
        return { events: [], measures: blind ? unknown : (measures ?? unknown), ...(!blind && perClass && { perClass }) };
      }
      const cut = frame.seconds > Math.max(awayAfter, awayIntervals * interval) && interval > 0;
      if (blind || cut) zone.resume(away, moved);
      else if (frame.seconds > 0) interval = interval === 0 ? frame.seconds : interval + adapt * (frame.seconds - interval);
      const output = zone.step({ ...frame, seconds: blind || cut ? 0 : away });
      seenAt = at;
      blind = moved = false;
      measures = output.measures;
      perClass = output.perClass ?? null;
      return output;
    },
    snapshot: (): SightState => ({ seenAt, moved, blind, interval, measures, perClass, zone: zone.snapshot() }),
  };
}
