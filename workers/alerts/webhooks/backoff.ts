/**
 * How long to wait before the next attempt: growing threefold up to a cap, each with jitter so that notices that failed
 * together do not come back together.
 */
const firstSeconds = 2;
const growth = 3;
/** A receiver that was down for hours is found again within this. */
const capSeconds = 600;
/** Between this share of the wait and all of it. */
const leastShare = 0.5;

/** Seconds; `attempt` counts failed attempts from 1, `random` is uniform in [0, 1), `asked` is what the receiver asked for. */
export function retryDelay(attempt: number, random: number, asked: number | null = null): number {
  const grown = Math.min(capSeconds, firstSeconds * growth ** (attempt - 1));
  const jittered = grown * (leastShare + (1 - leastShare) * random);
  return Math.max(jittered, Math.min(asked ?? 0, capSeconds));
}
