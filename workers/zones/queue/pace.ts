import type { Point } from '@sightline/schemas';

/**
 * Tells who stands, or shuffles on with a line, from who walks past: over the last seconds it has come less far than at
 * half a walking pace.
 */
export interface Pace {
  /** [µs, x, y], oldest first, spanning about `window`. */
  readonly path: readonly (readonly [at: number, x: number, y: number])[];
}

/** Seconds looked back on: longer than a pause in walking, shorter than patience. */
const window = 3;
/** Half a walking pace: people walk 0.8 body heights a second, which is 1.2 object sizes. */
const slow = 0.6;
/** Points are kept this far apart in seconds; enough to know where someone was a moment ago. */
const grain = 0.5;
const second = 1_000_000;

export const noPace: Pace = { path: [] };

export function paced({ path }: Pace, at: number, [x, y]: Point): Pace {
  const last = path.at(-1);
  const next = last && at - last[0] < grain * second ? path : [...path, [at, x, y] as const];
  // One point older than the window stays, so that the window is spanned.
  const oldest = next.findLastIndex(([time]) => at - time >= window * second);
  return { path: oldest > 0 ? next.slice(oldest) : next };
}

/** Since when (µs) someone has been standing or shuffling, or null while walking or too short a time here. */
export function slowSince({ path }: Pace, at: number, [x, y]: Point, size: number): number | null {
  const first = path[0];
  if (!first || at - first[0] < window * second) return null;
  const seconds = (at - first[0]) / second;
  return Math.hypot(x - first[1], y - first[2]) <= slow * size * seconds ? first[0] : null;
}
