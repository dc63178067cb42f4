import type { CameraEnd } from '@sightline/ingest/camera';
import type { Store } from '@sightline/runtime/store/store';
import type { Site } from '@sightline/schemas';
import type { Figure } from '../figures.js';

/** What a run counted, read back from the store. */
export interface Totals {
  readonly cameras: readonly { readonly camera: string; readonly source: string; readonly frames: number; readonly tracks: number; readonly error?: string }[];
  readonly zones: readonly ZoneTotals[];
  /** Wall time of this run, seconds; an interrupted run counts from where it went on. */
  readonly seconds: number;
}

export interface ZoneTotals {
  readonly camera: string;
  readonly zone: string;
  readonly kind: string;
  /** Number of events by kind, with `crossed` by direction. */
  readonly events: Readonly<Record<string, number>>;
  /** Mean seconds of dwell, wait or parking, by the kind of event that ends it. */
  readonly meanSeconds: Readonly<Record<string, number>>;
}

interface EventRow {
  readonly camera: string;
  readonly zone: string;
  readonly what: string;
  readonly n: number;
  readonly mean: number | null;
}

export async function totalsOf(store: Store, site: Site, { seconds, ends, frames }: { readonly seconds: number; readonly ends: ReadonlyMap<string, CameraEnd>; readonly frames: ReadonlyMap<string, number> }): Promise<Totals> {
  const events = await store.query<EventRow>(
    `SELECT camera, zone, if(direction = '', kind, concat(kind, ' ', direction)) AS what, toUInt32(count()) AS n, avg(seconds) AS mean
     FROM events GROUP BY camera, zone, what ORDER BY camera, zone, what`,
  );
  const tracks = await store.query<{ camera: string; n: number }>('SELECT camera, toUInt32(count()) AS n FROM tracks GROUP BY camera');
  return {
    cameras: site.cameras.map(({ name, source }) => {
      const error = ends.get(name)?.error;
      return { camera: name, source, frames: frames.get(name) ?? 0, tracks: tracks.find((row) => row.camera === name)?.n ?? 0, ...(error && { error: error.message }) };
    }),
    zones: site.zones.map(({ name, camera, kind }) => {
      const mine = events.filter((row) => row.zone === name && row.camera === camera);
      return {
        camera: camera!,
        zone: name,
        kind,
        events: Object.fromEntries(mine.map(({ what, n }) => [what, n])),
        meanSeconds: Object.fromEntries(mine.flatMap(({ what, mean }) => (mean === null ? [] : [[what, mean]]))),
      };
    }),
    seconds,
  };
}

/** The totals as figures, for the table and `--json`. */
export function figuresOf({ cameras, zones, seconds }: Totals): Figure[] {
  const frames = cameras.reduce((sum, camera) => sum + camera.frames, 0);
  return [
    ...cameras.flatMap(({ camera, frames: n, tracks }): Figure[] => [
      { case: camera, metric: 'frames', value: n, unit: '' },
      { case: camera, metric: 'tracks', value: tracks, unit: '' },
    ]),
    ...zones.flatMap(({ camera, zone, events, meanSeconds }) => [
      ...Object.entries(events).map(([metric, value]): Figure => ({ case: `${camera} › ${zone}`, metric, value, unit: '' })),
      ...Object.entries(meanSeconds).map(([what, value]): Figure => ({ case: `${camera} › ${zone}`, metric: `mean seconds of ${what}`, value, unit: 's' })),
    ]),
    { case: 'all', metric: 'speed', value: seconds > 0 ? frames / seconds : null, unit: 'fps' },
  ];
}
