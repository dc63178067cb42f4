import { defaultTrackerOptions, type TrackerOptions } from '@sightline/workers/track/options';

/** All parameters moved independently by up to ± `share`; the same for the same seed. */
export function jittered(options: Partial<TrackerOptions>, share: number, seed: number): TrackerOptions {
  let state = (seed + 1) * 7919;
  const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  for (let warm = 0; warm < 10; warm++) random();
  const moved = { ...defaultTrackerOptions, ...options } as Record<string, number>;
  for (const name of Object.keys(moved)) moved[name] = moved[name]! * (1 + share * (2 * random() - 1));
  return moved as unknown as TrackerOptions;
}
