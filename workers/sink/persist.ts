import { explain, SightlineError } from '@sightline/runtime/errors';

/** Time, passed in so that tests can choose it. */
export interface SinkClock {
  /** ms since the Unix epoch. */
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Persistence {
  readonly what: string;
  readonly clock: SinkClock;
  readonly signal: AbortSignal;
  readonly report: (problem: string) => void;
}

/** Seconds between tries while the store is away: soon at first, then rarely enough not to burden it as it comes up. */
const retrySeconds = { first: 0.1, most: 5 };

/** Tries until it is done; false when the signal aborted first. Every step may be repeated: tokens see to that. Rejects with RECORD_NEWER. */
export async function persist(step: () => Promise<void>, { what, clock, signal, report }: Persistence): Promise<boolean> {
  for (let wait = retrySeconds.first; !signal.aborted; wait = Math.min(wait * 2, retrySeconds.most)) {
    try {
      await step();
      return true;
    } catch (error) {
      if (error instanceof SightlineError && error.code === 'RECORD_NEWER') throw error;
      report(`${what} waits: ${explain(error)}`);
      await clock.sleep(wait * 1000, signal);
    }
  }
  return false;
}
