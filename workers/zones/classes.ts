import type { Track } from '@sightline/schemas';

/** COCO's words for what drives. Detectors take one for another from frame to frame, so an object may change within a group. */
const vehicles: ReadonlySet<string> = new Set(['car', 'truck', 'bus', 'van', 'motorcycle', 'train']);
const counted: ReadonlySet<string> = new Set([...vehicles, 'person', 'bicycle']);

/** Whether a track's class counts in a zone: the zone's own list, else people and vehicles. */
export function countsIn(classes: readonly string[] | undefined, track: Pick<Track, 'cls'>): boolean {
  return classes ? classes.includes(track.cls) : counted.has(track.cls);
}

/** Whether a class is a vehicle that fills a stall. */
export function isVehicle(cls: string): boolean {
  return vehicles.has(cls);
}

/** Whether one object may have been called both names. */
export function sameKind(a: string, b: string): boolean {
  return a === b || (vehicles.has(a) && vehicles.has(b));
}
