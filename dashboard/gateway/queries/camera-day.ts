import type { Store } from '@sightline/runtime/store/store';

/** The last 24 hours of every camera in quarters of an hour: how much was seen, and the worst state. */
export interface CameraDay {
  /** s since the Unix epoch: start of the first quarter. */
  readonly from: number;
  readonly quarterSeconds: number;
  readonly cameras: Readonly<Record<string, readonly Quarter[]>>;
}

export interface Quarter {
  /** Minutes of the quarter with frames, 0..15; null when nothing is known. */
  readonly minutes: number | null;
  readonly dropped: number;
  readonly failed: number;
  /** Worst state reported in the quarter, empty when none. */
  readonly worst: string;
  readonly quality: string;
}

const quarterSeconds = 900;
const quarters = 96;
const worstLast = ['ended', 'online', 'starting', 'stalled', 'offline'];

export async function findCameraDay(store: Store, now: number): Promise<CameraDay> {
  const from = Math.floor(now / 1000 / quarterSeconds) * quarterSeconds - (quarters - 1) * quarterSeconds;
  const [frames, states] = await Promise.all([
    store.query<{ camera: string; t: number; minutes: number; dropped: number; failed: number }>(
      `SELECT camera, toUnixTimestamp(toStartOfFifteenMinutes(minute)) AS t, uniqExact(minute) AS minutes, sum(f.dropped) AS dropped, sum(f.failed) AS failed FROM frames_1m AS f WHERE minute >= toDateTime({from:Int64}) GROUP BY camera, t`,
      { from },
    ),
    store.query<{ camera: string; t: number; states: string[]; qualities: string[] }>(
      `SELECT camera, toUnixTimestamp(toStartOfFifteenMinutes(at)) AS t, groupUniqArray(state) AS states, groupUniqArray(quality) AS qualities FROM camera_status WHERE at >= toDateTime64({from:Int64}, 3) GROUP BY camera, t`,
      { from },
    ),
  ]);
  const cameras: Record<string, Quarter[]> = {};
  const quarter = (camera: string, t: number): { set(change: Partial<Quarter>): void } => {
    const all = (cameras[camera] ??= Array.from({ length: quarters }, () => ({ minutes: null, dropped: 0, failed: 0, worst: '', quality: '' })));
    const i = Math.round((t - from) / quarterSeconds);
    return { set: (change) => void (all[i] && (all[i] = { ...all[i], ...change })) };
  };
  for (const { camera, t, minutes, dropped, failed } of frames) quarter(camera, t).set({ minutes, dropped, failed });
  for (const { camera, t, states: seen, qualities } of states) {
    const worst = [...seen].sort((a, b) => worstLast.indexOf(b) - worstLast.indexOf(a))[0] ?? '';
    quarter(camera, t).set({ worst, quality: qualities.find((quality) => quality !== 'ok') ?? 'ok' });
  }
  return { from, quarterSeconds, cameras };
}
