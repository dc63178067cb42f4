import type { Store } from '@sightline/runtime/store/store';

/** Times in which a camera was down or its picture not to be trusted: why a chart has a gap. */
export interface Trouble {
  /** s since the Unix epoch. */
  readonly from: number;
  readonly to: number;
  /** offline, stalled, starting, ended; else dark, blurred, frozen or moved. */
  readonly reason: string;
}

/** A camera reports every few seconds; two reports of one trouble that lie this close are of one time. */
const joinSeconds = 120;
const mostTroubles = 500;

/** In order of time, [from, to) in s since the Unix epoch. */
export async function findTroubles(store: Store, camera: string, from: number, to: number): Promise<Trouble[]> {
  return store.query<Trouble>(
    `SELECT toUnixTimestamp(min(t)) AS from, toUnixTimestamp(max(t)) AS to, any(reason) AS reason FROM (
       SELECT t, reason, countIf(begins) OVER (ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS n FROM (
         SELECT s.at AS t, if(state = 'online', quality, state) AS reason, reason != lagInFrame(reason, 1, '') OVER w OR dateDiff('second', lagInFrame(t, 1, t) OVER w, t) > ${joinSeconds} AS begins
         FROM camera_status AS s WHERE camera = {camera:String} AND s.at >= toDateTime64({from:Int64}, 3) AND s.at < toDateTime64({to:Int64}, 3) AND (state != 'online' OR quality != 'ok')
         WINDOW w AS (ORDER BY t ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
       )
     ) GROUP BY n ORDER BY from LIMIT ${mostTroubles}`,
    { camera, from, to },
  );
}
