import type { Store } from '@sightline/runtime/store/store';

/** How small the smaller of the objects are that were seen at each height of a camera's picture, so that a drawing that is too small can be told. */
export interface SeenSizes {
  /** By bands of equal height from the picture's top to its bottom: height of the smallest tenth in fractions of the frame, null where nothing was. */
  readonly heights: readonly (number | null)[];
}

/** A person walks through several of them, and perspective changes little within one. */
const bands = 12;
const wholeFrame = 65_536;
const days = 7;
/** Fewer could all be mistakes of the detector. */
const leastTracks = 5;
/** Enough for a tenth to be steady, and read in a moment. */
const mostTracks = 20_000;

export async function findSizes(store: Store, camera: string): Promise<SeenSizes> {
  const rows = await store.query<{ band: number; least: number }>(
    `SELECT toUInt8(arrayJoin(seen)) AS band, quantile(0.1)(height) AS least
     FROM (SELECT height, arrayDistinct(arrayMap(y -> intDiv(toUInt32(y) * ${bands}, ${wholeFrame}), path_y)) AS seen FROM tracks WHERE camera = {camera:String} AND tracks.began > now() - INTERVAL ${days} DAY ORDER BY tracks.began DESC LIMIT ${mostTracks})
     GROUP BY band HAVING count() >= ${leastTracks}`,
    { camera },
  );
  const found = new Map(rows.map(({ band, least }) => [Number(band), least]));
  return { heights: Array.from({ length: bands }, (_, band) => found.get(band) ?? null) };
}
