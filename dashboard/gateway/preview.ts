import type { Store } from '@sightline/runtime/store/store';
import type { FinishedTrack, Zone, ZoneEvent, ZoneSample } from '@sightline/schemas';

/**
 * What a draft zone would have counted: stored tracks, replayed through the zone itself. The replay is given in by the
 * command line, since zones live in the workers.
 */
export type PreviewZone = (request: PreviewInput) => Promise<PreviewOutput> | PreviewOutput;

export interface PreviewInput {
  readonly zone: Zone;
  readonly camera: string;
  /** width / height of the picture. */
  readonly aspect: number;
  readonly tracks: readonly FinishedTrack[];
  readonly timezone: string;
}

export interface PreviewOutput {
  readonly events: readonly Pick<ZoneEvent, 'kind' | 'at' | 'direction' | 'seconds' | 'point' | 'track' | 'cls' | 'part'>[];
  /** The zone's measures, at most one a second. */
  readonly samples: readonly Pick<ZoneSample, 'at' | 'measures'>[];
  /** Why nothing can be said, such as for a shelf, whose pixels are not stored. */
  readonly unsupported?: string;
}

interface TrackRow {
  readonly id: string;
  readonly class: string;
  readonly began: number;
  readonly ended: number;
  readonly ms: readonly number[];
  readonly x: readonly number[];
  readonly y: readonly number[];
  readonly height: number;
  readonly score: number;
}

/** A busy camera's hour has a few thousand. */
const mostTracks = 20_000;
const wholeFrame = 65_535;

/** Finished tracks of a camera that overlap [from, to) (µs), in order of their beginning. */
export async function findTracks(store: Store, camera: string, from: number, to: number): Promise<FinishedTrack[]> {
  const rows = await store.query<TrackRow>(
    `SELECT id, class, toUnixTimestamp64Micro(tracks.began) AS began, toUnixTimestamp64Micro(tracks.ended) AS ended, path_ms AS ms, path_x AS x, path_y AS y, height, max_score AS score
     FROM tracks WHERE camera = {camera:String} AND tracks.began < fromUnixTimestamp64Micro({to:Int64}) AND tracks.ended >= fromUnixTimestamp64Micro({from:Int64}) ORDER BY tracks.began LIMIT ${mostTracks}`,
    { camera, from, to },
  );
  return rows.map(trackOf);
}

export async function findTrack(store: Store, camera: string, id: string): Promise<FinishedTrack | null> {
  const [row] = await store.query<TrackRow>(
    `SELECT id, class, toUnixTimestamp64Micro(tracks.began) AS began, toUnixTimestamp64Micro(tracks.ended) AS ended, path_ms AS ms, path_x AS x, path_y AS y, height, max_score AS score
     FROM tracks WHERE camera = {camera:String} AND id = {id:String} LIMIT 1`,
    { camera, id },
  );
  return row ? trackOf(row) : null;
}

function trackOf(row: TrackRow): FinishedTrack {
  return {
    id: row.id,
    cls: row.class,
    from: row.began,
    to: row.ended,
    path: row.ms.map((ms, i) => [ms * 1000, row.x[i]! / wholeFrame, row.y[i]! / wholeFrame] as const),
    height: row.height,
    maxScore: row.score,
  };
}
