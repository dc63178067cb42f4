import type { Store } from '@sightline/runtime/store/store';

/** Two days of 50 cameras, made up inside ClickHouse: it can be had in a minute, and is as large and as mixed as the real. */
export interface SimulatedSite {
  /** s since the Unix epoch. */
  readonly from: number;
  readonly to: number;
  /** Another camera at each call. */
  readonly camera: () => string;
}

const cameras = 50;
const fullSeconds = 2 * 86_400;
const quarter = 900;

/** Measures of one camera's zones: ten rows a second. */
const series = [
  ['till', 'queue', 'length', 'toFloat64(least(intDiv(h % 1000, 90), 9))'],
  ['till', 'queue', 'wait', 'if(h % 97 = 0, NULL, toFloat64(h % 3000) / 10)'],
  ['till', 'queue', 'served', 'toFloat64(intDiv(s, 40))'],
  ['lounge', 'area', 'count', 'toFloat64(h % 25)'],
  ['lounge', 'area', 'density', 'toFloat64(h % 25) / 25'],
  ['entrance', 'line', 'in', 'toFloat64(intDiv(s, 20))'],
  ['entrance', 'line', 'out', 'toFloat64(intDiv(s, 21))'],
  ['yard', 'stalls', 'occupied', 'toFloat64(intDiv(s, 600) % 80)'],
  ['yard', 'stalls', 'free', 'toFloat64(80 - intDiv(s, 600) % 80)'],
  ['shelf', 'shelf', 'fill', 'toFloat64(100 - intDiv(s, 900) % 40) / 100'],
] as const;

export async function simulateSite(store: Store, scale: number, report: (step: string) => void): Promise<SimulatedSite> {
  const to = Math.floor(Date.now() / 1000 / quarter) * quarter;
  const seconds = Math.max(quarter, Math.round((fullSeconds * scale) / quarter) * quarter);
  const from = to - seconds;
  for (let i = 0; i < cameras; i++) {
    report(`camera ${i + 1} of ${cameras}`);
    await samplesOf(store, nameOf(i), from, seconds);
    await restOf(store, nameOf(i), from, seconds);
  }
  let next = 0;
  return { from, to, camera: () => nameOf((next += 7) % cameras) };
}

function nameOf(i: number): string {
  return `camera-${String(i + 1).padStart(2, '0')}`;
}

async function samplesOf(store: Store, camera: string, from: number, seconds: number): Promise<void> {
  const choose = (column: 0 | 1 | 2): string => `arrayElement([${series.map((row) => `'${row[column]}'`).join(', ')}], k + 1)`;
  const values = series.map(([, , , value], k) => `k = ${k}, CAST(${value}, 'Nullable(Float64)')`).join(', ');
  await store.exec(`INSERT INTO samples (at, camera, zone, zone_kind, measure, class, value, coverage)
    SELECT toDateTime(${from} + s), '${camera}', ${choose(0)}, ${choose(1)}, ${choose(2)}, '', multiIf(${values}, NULL), if(h % 50 = 0, 0.9, 1)
    FROM (SELECT intDiv(number, ${series.length}) AS s, number % ${series.length} AS k, sipHash64(number, '${camera}') AS h FROM numbers(${seconds * series.length}))
    SETTINGS max_insert_threads = 1`);
}

async function restOf(store: Store, camera: string, from: number, seconds: number): Promise<void> {
  const n = (everySeconds: number): number => Math.ceil(seconds / everySeconds);
  await store.exec(`INSERT INTO events (at, camera, zone, zone_kind, kind, class, direction, track, seconds, x, y, along, id, epoch, seq)
    SELECT fromUnixTimestamp64Micro(toInt64(${from} * 1000000 + number * 1730000 + h % 1000000)), '${camera}',
      if(h % 3 = 0, 'till', 'entrance'), if(h % 3 = 0, 'queue', 'line'), multiIf(h % 3 > 0, 'crossed', h % 30 = 0, 'abandoned', 'served'), 'person', multiIf(h % 3 = 0, '', h % 2 = 0, 'in', 'out'),
      concat('lz3k-', toString(number)), if(h % 3 = 0, toFloat64(h % 6000) / 10, NULL), h % 1000 / 1000, h % 777 / 777, h % 500 / 500, concat('${camera}/entrance/1760000000000-', toString(number), '-0'), 1760000000000, number * 17
    FROM (SELECT number, sipHash64(number, '${camera}', 'e') AS h FROM numbers(${n(1.73)}))`);
  await store.exec(`INSERT INTO tracks (began, ended, camera, class, id, seconds, path_ms, path_x, path_y, height, max_score)
    SELECT fromUnixTimestamp64Micro(toInt64((${from} + number * 4.32) * 1000000)), fromUnixTimestamp64Micro(toInt64((${from} + number * 4.32 + 12) * 1000000)), '${camera}', 'person', concat('lz3k-', toString(number)), 12,
      arrayMap(i -> toUInt32(i * 1000), range(12)), arrayMap(i -> toUInt16((h + i * 1500) % 65536), range(12)), arrayMap(i -> toUInt16((intDiv(h, 7) + i * 900) % 65536), range(12)), 0.2, 0.9
    FROM (SELECT number, sipHash64(number, '${camera}', 't') AS h FROM numbers(${n(4.32)}))`);
  await store.exec(`INSERT INTO camera_status (at, camera, state, since, epoch, fps_wanted, fps_got, width, height, frames, quiet, reconnects, quality)
    SELECT fromUnixTimestamp64Milli(toInt64((${from} + number * 5) * 1000)), '${camera}', if(intDiv(number, 360) % 20 = 7, 'offline', 'online'), fromUnixTimestamp64Milli(toInt64((${from} + intDiv(number, 360) * 1800) * 1000)), 1, 10, 9.9, 1920, 1080, number * 50, number * 20, 0, 'ok'
    FROM numbers(${n(5)})`);
  await store.exec(`INSERT INTO frames_1m (minute, camera, model, site, inferred, quiet, failed, dropped, detections)
    SELECT toDateTime(${from} + number * 60), '${camera}', 'demo@0123456789ab', 'abcdef012345', 400, 200, 0, number % 7, 1800 FROM numbers(${n(60)})`);
  await store.exec(`INSERT INTO drift (minute, camera, version, n, sums, brightness, contrast, sharpness, bad)
    SELECT toDateTime(${from} + number * 60), '${camera}', 'f1', 60, arrayMap(i -> toInt64(sipHash64(number, i, '${camera}') % 4000000) - 2000000, range(256)), 120, 40, 9, 0 FROM numbers(${n(60)})`);
}
