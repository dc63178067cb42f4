import type { Store } from '@sightline/runtime/store/store';

/** A past for charts: two weeks of quarter-hour values and the last day by the second, made by formula so that a test knows every value. */
export async function writePast(store: Store, zones: readonly { camera: string; zone: string; kind: string; measure: string; mean: number; swing: number }[], now: number): Promise<void> {
  const minute = Math.floor(now / 60_000) * 60;
  for (const { camera, zone, kind, measure, mean, swing } of zones) {
    // A day's curve with a little regular unrest; whole numbers, as people come.
    const value = `greatest(0, round(${mean} + ${swing} * sin((toUnixTimestamp(at) % 86400) / 86400 * 2 * pi() - 2) + ${swing / 3} * sin(toUnixTimestamp(at) / 97)${measure === 'fill' || measure === 'density' ? ', 2' : ''}))`;
    await store.exec(`INSERT INTO samples (at, camera, zone, zone_kind, measure, class, value, coverage)
      SELECT toDateTime(${minute} - number * 20) AS at, '${camera}', '${zone}', '${kind}', '${measure}', '', ${value}, 1 FROM numbers(${(15 * 86_400) / 20})`);
  }
}

/** One served customer after another, the longest wait at a known time. */
export async function writeWaits(store: Store, camera: string, zone: string, now: number, longest: { at: number; seconds: number }): Promise<void> {
  const rows = Array.from({ length: 600 }, (_, i) => ({ at: now - (i + 1) * 1_200_000, seconds: 40 + ((i * 37) % 150) }));
  rows.push(longest);
  await store.insert(
    'events',
    rows.map(({ at, seconds }, i) => ({ at: (at / 1000).toFixed(6), camera, zone, zone_kind: 'queue', kind: 'served', class: 'person', direction: '', track: `past-${i}`, part: '', seconds, value: null, x: 0.5, y: 0.6, along: null, id: `${camera}/${zone}/0-${i}-0`, epoch: 0, seq: i })),
    { token: `past/${camera}/${zone}` },
  );
}
