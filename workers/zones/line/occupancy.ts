/**
 * How many are behind a door: in − out since the space was last known to be empty, and how far off that may be by now.
 * A missed or doubled crossing stays in the sum, so the variance grows with every crossing; at each reset the count that
 * is left over shows how much it does at this door.
 */
export interface OccupancyState {
  readonly inside: number;
  readonly crossings: number;
  /** Variance that does not come from counted crossings: who may have passed unseen, and counts below zero. */
  readonly extra: number;
  readonly residual: number;
  readonly observed: number;
  readonly minute: number;
  readonly day: string | null;
  readonly began: number | null;
  readonly last: number | null;
  /** µs: since when nobody was seen in the space; null while somebody is, or nobody looked. */
  readonly emptySince?: number | null;
  /** µs: since when more are seen in the space than were counted. */
  readonly moreSince?: number | null;
}

export interface Occupancy {
  pass(at: number): void;
  /** How many are seen in the space now. Nobody for long enough verifies that it is empty. */
  seen(people: number, at: number): void;
  count(direction: 'in' | 'out'): void;
  blind(seconds: number): void;
  measures(): { readonly occupancy: number; readonly occupancyUncertainty: number };
  snapshot(): OccupancyState;
}

/** Variance a crossing adds before the door has taught better (3 of 100 miscounted), and the crossings that guess is worth. */
const priorVariance = 0.03;
const priorWeight = 100;
/** Seconds after which somebody who is seen in the space was missed at the door: a crossing is settled before. */
const missedAfter = 5;
const second = 1_000_000;
const minuteLength = 60 * second;

export interface OccupancyOptions {
  /** Time of day, HH:MM, at which the space is known to be empty. */
  readonly resetAt?: string | undefined;
  readonly timezone: string;
  /** Seconds for which nobody must be seen in the space to verify that it is empty. */
  readonly emptyAfter?: number | undefined;
}

export function createOccupancy({ resetAt, timezone, emptyAfter = Infinity }: OccupancyOptions, restored?: OccupancyState): Occupancy {
  let { inside, crossings, extra, residual, observed, minute, day, began, last } = restored ?? { inside: 0, crossings: 0, extra: 0, residual: 0, observed: 0, minute: -1, day: null, began: null, last: null };
  let emptySince = restored?.emptySince ?? null;
  let moreSince = restored?.moreSince ?? null;
  const clock = resetAt === undefined ? null : new Intl.DateTimeFormat('en-CA', { timeZone: timezone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  const [hours = 0, minutes = 0] = (resetAt ?? '00:00').split(':').map(Number);
  const sinceReset = (hours * 60 + minutes) * minuteLength;

  /** The space is empty: what the sum still says is how far off this door got, which teaches its uncertainty. */
  function reset(at: number): void {
    residual += inside * inside;
    observed += crossings;
    inside = crossings = extra = 0;
    began = at;
  }

  return {
    seen(people, at) {
      if (people > 0) emptySince = null;
      else emptySince ??= at;
      if (people <= inside) moreSince = null;
      else moreSince ??= at;
      if (moreSince !== null && at - moreSince >= missedAfter * second) {
        // Whoever is seen in there for so long came in uncounted.
        extra += people - inside;
        inside = people;
        moreSince = null;
      }
      if (emptySince !== null && at - emptySince >= emptyAfter * second && (crossings > 0 || inside > 0 || extra > 0)) reset(at);
    },
    pass(at) {
      began ??= at;
      last = at;
      const now = Math.floor(at / minuteLength);
      if (!clock || now === minute) return;
      minute = now;
      const today = localDay(clock, at, sinceReset);
      if (day !== null && today !== day) reset(at);
      day = today;
    },
    count(direction) {
      crossings += 1;
      inside += direction === 'in' ? 1 : -1;
      if (inside < 0) {
        extra += 1;
        inside = 0;
      }
    },
    blind(seconds) {
      emptySince = moreSince = null;
      // Whoever passes while nothing is seen comes at the rate of the day so far.
      if (began !== null && last !== null) extra += (crossings * seconds) / Math.max(60, (last - began) / second);
    },
    measures() {
      const variance = (priorVariance * priorWeight + residual) / (priorWeight + observed);
      return { occupancy: inside, occupancyUncertainty: Math.sqrt(variance * crossings + extra) };
    },
    snapshot: () => ({ inside, crossings, extra, residual, observed, minute, day, began, last, emptySince, moreSince }),
  };
}

/** The local date of the day that begins at the time of reset. */
function localDay(clock: Intl.DateTimeFormat, at: number, sinceReset: number): string {
  const part = Object.fromEntries(clock.formatToParts(at / 1000).map(({ type, value }) => [type, value]));
  const local = Date.UTC(Number(part['year']), Number(part['month']) - 1, Number(part['day']), Number(part['hour']), Number(part['minute']));
  return new Date(local - sinceReset / 1000).toISOString().slice(0, 10);
}
