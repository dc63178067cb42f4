import { createHash } from 'node:crypto';
import { defaultTrackerOptions, type TrackerOptions } from '@sightline/workers/track/options';

/**
 * All parameters moved independently by up to ± `share`; the same for the same seed. Each parameter draws by its own name,
 * so that one more parameter does not move the others.
 */
export function jittered(options: Partial<TrackerOptions>, share: number, seed: number): TrackerOptions {
  const moved = { ...defaultTrackerOptions, ...options } as Record<string, number>;
  for (const name of Object.keys(moved)) moved[name] = moved[name]! * (1 + share * (2 * drawn(`${seed}/${name}`) - 1));
  return moved as unknown as TrackerOptions;
}

/** Uniform in [0, 1): the first four bytes of the text's sha256. */
function drawn(text: string): number {
  return createHash('sha256').update(text).digest().readUInt32BE(0) / 2 ** 32;
}
