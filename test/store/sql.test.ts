import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDoor, type Door } from '@sightline/runtime/store/door';
import { openEmbeddedStore, type EmbeddedStore } from '@sightline/runtime/store/embedded';
import { migrate } from '@sightline/runtime/store/migrate';

/** docs/sql.md, each query on data whose answer is known; asked at the door, as an analyst would. */
const folder = mkdtempSync(path.join(tmpdir(), 'sightline-sql-'));
const text = readFileSync(new URL('../../docs/sql.md', import.meta.url), 'utf8');
const queries = [...text.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, sql]) => sql!.trim());

const tuesday = Date.UTC(2026, 2, 10) / 1000;
const week = 7 * 86_400;
const hour = 3600;
let store: EmbeddedStore;
let door: Door;

const event = (at: number, fields: Record<string, unknown>) => ({ at: at * 1e6, camera: 'hall', id: `${at}-${JSON.stringify(fields)}`, ...fields });
const sample = (at: number, zone: string, measure: string, value: number | null) => ({ at, camera: 'hall', zone, zone_kind: 'area', measure, class: '', value, coverage: 1 });

beforeAll(async () => {
  store = await openEmbeddedStore({ folder });
  await migrate(store);
  const crossed = (at: number, n: number, direction: string) => Array.from({ length: n }, (_, i) => event(at + i, { camera: 'door', zone: 'entrance', zone_kind: 'line', kind: 'crossed', direction, class: 'person' }));
  const waited = (at: number, seconds: number, kind = 'served') => event(at, { zone: 'till', zone_kind: 'queue', kind, seconds });
  const visits = [['a', ['lounge', 'till']], ['b', ['lounge', 'till']], ['c', ['till']]] as const;
  await store.insert('events', [
    ...crossed(tuesday + 9 * hour, 5, 'in'), ...crossed(tuesday + 9 * hour + 600, 2, 'out'), ...crossed(tuesday + 10 * hour, 3, 'in'), ...crossed(tuesday + 11 * hour, 4, 'out'),
    ...crossed(tuesday - 86_400 + 17 * hour, 7, 'in'), ...crossed(tuesday + 86_400, 1, 'in'), ...crossed(tuesday + week, 50, 'in'),
    ...[30, 60, 90, 120, 150, 180, 210, 240, 270, 300].map((seconds, i) => waited(tuesday + 9 * hour + i, seconds)), waited(tuesday + 10 * hour, 412.4), waited(tuesday + 10 * hour + 5, 45, 'abandoned'), waited(tuesday - hour, 999),
    ...[10, 20, 60, 300, 1200].map((seconds, i) => event(tuesday + 12 * hour + i, { zone: 'lounge', zone_kind: 'area', kind: 'left', seconds })),
    ...[['s1', 3600], ['s1', 1800], ['s2', 7200]].map(([part, seconds], i) => event(tuesday + 15 * hour + i, { camera: 'lot', zone: 'stalls', zone_kind: 'stalls', kind: 'departed', part, seconds })),
    event(tuesday + 8 * hour, { zone: 'shelf', kind: 'facing-emptied', part: 'milk' }), event(tuesday + 8 * hour + 1500, { zone: 'shelf', kind: 'facing-restocked', part: 'milk' }),
    event(tuesday + 9 * hour, { zone: 'shelf', kind: 'facing-emptied', part: 'bread' }),
    ...visits.flatMap(([track, zones]) => zones.map((zone, i) => event(tuesday + 13 * hour + i * 60, { track, zone, kind: zone === 'till' ? 'joined' : 'entered' }))),
  ], { token: 'events' });
  await store.insert('samples', [
    ...[0, 1, 2, 3].map((i) => sample(tuesday + 12 * hour + i, 'lounge', 'count', i)), sample(tuesday + 12 * hour + 4, 'lounge', 'count', null), sample(tuesday + 12 * hour + 900, 'lounge', 'count', 5),
    ...[4, 4].map((value, i) => sample(tuesday - week + 12 * hour + i, 'lounge', 'count', value)),
    ...[3, 5, 6, 2].map((value, i) => sample(tuesday + 10 * hour + i * 60, 'till', 'length', value)),
    ...[9, 2, 1, 4].map((value, i) => ({ ...sample(tuesday + 14 * hour + i * 60, 'stalls', 'free', value), camera: 'lot' })),
  ], { token: 'samples' });
  const frames = (camera: string, minutes: number, fields: Record<string, number>) => Array.from({ length: minutes }, (_, i) => ({ minute: tuesday + i * 60, camera, model: 'demo@1', site: 's', inferred: 0, quiet: 0, failed: 0, dropped: 0, detections: 0, ...fields }));
  await store.insert('frames_1m', [...frames('door', 1440, { inferred: 3, quiet: 5, dropped: 2 }), ...frames('hall', 360, { inferred: 10 })], { token: 'frames' });
  const status = (minute: number, state: string, since: number) => ({ at: (tuesday + minute * 60) * 1000, camera: 'hall', state, since: (tuesday + since * 60) * 1000, epoch: 1, problem: state === 'offline' ? 'refused' : '', quality: 'ok', dropped: {} });
  await store.insert('camera_status', [status(0, 'online', 0), status(100, 'offline', 100), status(125, 'offline', 100), status(130, 'online', 130)], { token: 'status' });
  const alert = (at: number, state: string, value: number | null) => ({ at: at * 1e6, rule: 'long-queue', state, severity: 'warning', camera: 'hall', subject: 'till', measure: 'length', condition: 'till.length > 4', value, since: (tuesday + 10 * hour) * 1e6, id: 'long-queue/1' });
  await store.insert('alerts', [alert(tuesday + 10 * hour, 'pending', 5), alert(tuesday + 10 * hour + 60, 'firing', 6), alert(tuesday + 10 * hour + 210, 'resolved', 2)], { token: 'alerts' });
  const drift = (camera: string, at: number, sums: number[]) => ({ minute: at, camera, version: 'f1', n: 100, sums: sums.map((z) => Math.round(32_767 * z * 100)), brightness: 1, contrast: 1, sharpness: 1, bad: 0 });
  await store.insert('drift', [drift('door', tuesday, [1, 0]), drift('door', tuesday - week, [1, 0]), drift('hall', tuesday, [1, 0]), drift('hall', tuesday - week, [0, 1])], { token: 'drift' });
  await store.insert('tracks', [{ began: tuesday * 1e6, ended: tuesday * 1e6 + 5e6, camera: 'hall', class: 'person', id: 't', seconds: 5, path_ms: [0, 1000, 2000], path_x: [0, 100, 65_535], path_y: [0, 100, 65_535], height: 0.2, max_score: 0.9 }], { token: 'tracks' });
  await store.insert('presence_1m', [
    ...[0, 1].map((cell) => ({ minute: tuesday, camera: 'hall', class: 'person', cell, ms: 30_000, dx: 65_535, dy: 0 })),
    ...[60, 120].map((after) => ({ minute: tuesday + after, camera: 'hall', class: 'person', cell: 64 * 35 + 63, ms: 15_000, dx: 0, dy: -65_535 })),
    { minute: tuesday, camera: 'hall', class: 'car', cell: 5, ms: 1_000_000, dx: 0, dy: 0 },
  ], { token: 'presence' });
  const journey = (track: string, zones: string[], abandoned: string[] = []) => ({ began: (tuesday + 16 * hour) * 1e6, ended: (tuesday + 16 * hour + 90) * 1e6, camera: 'hall', track, classes: ['person'], zones, entered: zones.map((_, i) => (tuesday + 16 * hour + i) * 1e6), left: zones.map((_, i) => (tuesday + 16 * hour + i) * 1e6), directions: zones.map(() => ''), abandoned });
  await store.insert('journeys', [journey('a', ['spirits', 'till', 'exit']), journey('b', ['spirits', 'exit']), journey('c', ['exit', 'spirits']), journey('d', ['spirits', 'till', 'exit'], ['till']), journey('e', ['bread', 'exit'])], { token: 'journeys' });
  door = await openDoor({ store, port: 0 });
});
afterAll(async () => {
  await door.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(number: number): Promise<Record<string, unknown>[]> {
  const response = await fetch(`${door.url}/?default_format=JSON&output_format_json_quote_64bit_integers=0`, { method: 'POST', body: queries[number - 1]! });
  const body = await response.text();
  expect(body).not.toMatch(/^Code: /);
  return (JSON.parse(body) as { data: Record<string, unknown>[] }).data;
}

const time = (seconds: number, fraction = ''): string => `${new Date((tuesday + seconds) * 1000).toISOString().slice(0, 19).replace('T', ' ')}${fraction}`;

const answers: readonly (readonly [question: number, rows: readonly Record<string, unknown>[]])[] = [
  [1, [{ hour: time(9 * hour), came: 5, went: 2 }, { hour: time(10 * hour), came: 3, went: 0 }, { hour: time(11 * hour), came: 0, went: 4 }]],
  [2, [{ weekday: 1, hour: 17, came: 7 }, { weekday: 2, hour: 9, came: 5 }, { weekday: 2, hour: 10, came: 3 }]],
  [3, [{ zone: 'till', at: time(10 * hour, '.000000'), waited: 412, kind: 'served' }]],
  [4, [{ hour: 9, people: 10, mean: 165, nine_of_ten: 273 }, { hour: 10, people: 1, mean: 412, nine_of_ten: 412 }]],
  [5, [{ zone: 'till', served: 11, gave_up: 1, share: 0.083 }]],
  [6, [{ stay: 'under 30 s', people: 2 }, { stay: '30 s to 2 min', people: 1 }, { stay: '2 to 10 min', people: 1 }, { stay: 'longer', people: 1 }]],
  [7, [{ quarter: time(12 * hour), people: 1.5, week_before: 4 }, { quarter: time(12 * hour + 900), people: 5, week_before: null }]],
  [8, [{ zone: 'till', minutes: 2, of_minutes: 4 }]],
  [10, [{ hour: time(9 * hour), inside: 3 }, { hour: time(10 * hour), inside: 6 }, { hour: time(11 * hour), inside: 2 }]],
  [11, [{ stall: 's2', cars: 1, minutes_each: 120, hours: 2 }, { stall: 's1', cars: 2, minutes_each: 45, hours: 1.5 }]],
  [12, [{ minute: time(14 * hour + 60), free: 2 }, { minute: time(14 * hour + 120), free: 1 }]],
  [13, [{ facing: 'milk', emptied: time(8 * hour, '.000000'), restocked: time(8 * hour + 1500, '.000000'), minutes: 25 }]],
  [14, [{ camera: 'hall', minutes: 360, share: 0.25 }, { camera: 'door', minutes: 1440, share: 1 }]],
  [15, [{ camera: 'door', inferred: 4320, quiet: 7200, lost: 2880, lost_share: 0.2 }, { camera: 'hall', inferred: 3600, quiet: 0, lost: 0, lost_share: 0 }]],
  [16, [{ camera: 'hall', away_from: time(6000, '.000'), until: time(7500, '.000'), minutes: 25, reason: 'refused' }]],
  [17, [{ way: 'lounge → till', people: 2 }, { way: 'till', people: 1 }]],
  [18, [{ rule: 'long-queue', fired: time(10 * hour + 60, '.000000'), seconds: 150, value: 6 }]],
  [20, [{ camera: 'door', model: 'demo@1', first_minute: time(0), last_minute: time(1439 * 60), frames: 4320 }, { camera: 'hall', model: 'demo@1', first_minute: time(0), last_minute: time(359 * 60), frames: 3600 }]],
  [21, [{ column: 0, row: 0, minutes: 1 }, { column: 7, row: 5, minutes: 0.5 }]],
  [24, [{ column: 0, row: 0, across: 0.033, down: 0 }, { column: 7, row: 5, across: 0, down: -0.067 }]],
  [25, ['b', 'd'].map((track) => ({ began: '2026-03-10 16:00:00.000000', track, way: track === 'b' ? 'spirits → exit' : 'spirits → till → exit', seconds: 90 }))],
];

describe('docs/sql.md', () => {
  it('holds twenty questions and five more', () => {
    expect([...text.matchAll(/^## \d+\. /gm)]).toHaveLength(20);
    expect(queries).toHaveLength(25);
  });

  it.each(answers)('answers question %i', async (question, rows) => {
    expect(await ask(question)).toEqual(rows);
  });

  it('answers question 9: what every zone shows now', async () => {
    const rows = await ask(9);
    expect(rows.map(({ zone, measure, value }) => [zone, measure, value])).toEqual([['lounge', 'count', 5], ['till', 'length', 2], ['stalls', 'free', 4]]);
    expect(Number(rows[0]!['age'])).toBeCloseTo(Date.now() / 1000 - (tuesday + 12 * hour + 900), -2);
  });

  it('answers question 19: MMD² of windows that differ, and of ones that do not', async () => {
    const rows = await ask(19);
    expect(rows.map(({ camera }) => camera)).toEqual(['hall', 'door']);
    // Two unit vectors at a right angle: ‖a−b‖² = 2, and both corrections are 0.
    expect(rows[0]!['mmd2']).toBeCloseTo(2, 6);
    expect(rows[1]!['mmd2']).toBeCloseTo(0, 6);
  });

  it('answers two about the store itself: lag and disk', async () => {
    await store.insert('samples', [{ ...sample(Math.floor(Date.now() / 1000) - 20, 'z', 'count', 1), camera: 'live' }], { token: 'live' });
    const [lag] = await ask(22);
    expect(lag!['median_seconds']).toBeGreaterThanOrEqual(20);
    expect(lag!['median_seconds']).toBeLessThan(30);
    expect((await ask(23)).map(({ table }) => table)).toContain('frames_1m');
  });
});
