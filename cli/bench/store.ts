import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { findCameraDay } from '@sightline/dashboard/gateway/queries/camera-day';
import { fillable, findEvents, type EventFilter } from '@sightline/dashboard/gateway/queries/events';
import { findHeat } from '@sightline/dashboard/gateway/queries/heat';
import { restore } from '@sightline/dashboard/gateway/queries/restore';
import { findSeries } from '@sightline/dashboard/gateway/queries/series';
import { findSparks } from '@sightline/dashboard/gateway/queries/sparks';
import { driftScore } from '@sightline/runtime/store/drift-score';
import { openEmbeddedStore } from '@sightline/runtime/store/embedded';
import { migrate } from '@sightline/runtime/store/migrate';
import type { Store } from '@sightline/runtime/store/store';
import type { Figure } from '../figures.js';
import { measureSink, measureWaiting } from './store-sink.js';
import { simulateSite, type SimulatedSite } from './store-site.js';

/**
 * The store at work: how fast results get in, and how long the dashboard's own queries take on two days of 50 cameras
 * (about 10⁸ rows). `scale` shortens the two days: 0.01 is half an hour of them, for a quick look.
 *
 *     printTable(await benchStore({ scale: 0.01, report: console.log }));
 */
export interface StoreBench {
  readonly scale?: number;
  readonly report?: (step: string) => void;
}

/** Runs of each query; p95 is then the second slowest. */
const runs = 40;
const goalMs = 50;

export async function benchStore({ scale = 1, report }: StoreBench): Promise<Figure[]> {
  const folder = mkdtempSync(path.join(tmpdir(), 'sightline-bench-'));
  const store = await openEmbeddedStore({ folder });
  try {
    await migrate(store);
    report?.('the sink');
    const sink = await measureSink(store, Math.max(2_000, Math.round(60_000 * Math.min(1, scale * 5))));
    const live = await measureWaiting(store);
    const site = await simulateSite(store, scale, (step) => report?.(step));
    report?.('queries');
    return [...sink, ...live, ...(await size(store)), ...(await measureQueries(store, site))];
  } finally {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measureQueries(store: Store, site: SimulatedSite): Promise<Figure[]> {
  const { from, to, camera } = site;
  const day = Math.max(from, to - 86_400);
  const timezone = 'Europe/Berlin';
  const series = (zone: string, measure: string, since: number, step: number) => () => findSeries(store, { camera: camera(), zone, measure, from: since, to, step, timezone });
  const events = (more: object) => () => findEvents(store, { from: day * 1e6, to: to * 1e6, order: 'newest', limit: 100, ...more });
  const queries: Readonly<Record<string, () => Promise<unknown>>> = {
    'all zones now': () => restore(store),
    'sparklines of all zones': () => findSparks(store),
    'ten minutes by the second': series('till', 'length', to - 600, 1),
    'a day by five minutes': series('till', 'length', day, 300),
    'two days by quarters': series('lounge', 'count', from, 900),
    'crossings of a day by the hour': series('entrance', 'in', day, 3600),
    'newest events': events({}),
    'events of a zone': () => findEvents(store, { from: day * 1e6, to: to * 1e6, order: 'newest', limit: 100, cameras: [camera()], zone: 'till' }),
    'longest waits of a day': events({ order: 'longest', kind: 'served' }),
    'heat of an hour': () => findHeat(store, camera(), to - 3600, to),
    'a day of every camera': () => findCameraDay(store, to * 1000),
    'drift of a camera': () => driftScore(store, { camera: camera(), until: to, timezone }),
  };
  const rows: Figure[] = await measureMended(store, { from: day * 1e6, to: to * 1e6, limit: 100 });
  for (const [name, query] of Object.entries(queries)) {
    await query();
    const times: number[] = [];
    for (let i = 0; i < runs; i++) {
      const began = performance.now();
      await query();
      times.push(performance.now() - began);
    }
    times.sort((a, b) => a - b);
    rows.push({ case: name, metric: 'p50', value: times[Math.floor(runs / 2)]!, unit: 'ms', better: 'lower' }, { case: name, metric: 'p95', value: times[Math.ceil(runs * 0.95) - 1]!, unit: 'ms', goal: goalMs, better: 'lower' });
  }
  return rows;
}

/** How much faster two questions became, one way and the other in turn: a ratio holds on a busy machine too. */
async function measureMended(store: Store, span: { readonly from: number; readonly to: number; readonly limit: number }): Promise<Figure[]> {
  const plain = (filter: EventFilter, settings: string) => (): Promise<unknown> => {
    const [sql, params] = fillable(filter);
    return store.query(`${sql} SETTINGS ${settings}`, params);
  };
  const newest: EventFilter = { ...span, order: 'newest' };
  const longest: EventFilter = { ...span, order: 'longest', kind: 'served' };
  const pairs = [
    ['newest events', 'sorted as a whole', plain(newest, 'optimize_use_projections = 1'), () => findEvents(store, newest)],
    ['longest waits of a day', 'without their own order', plain(longest, 'optimize_use_projections = 0'), () => findEvents(store, longest)],
  ] as const;
  const rows: Figure[] = [];
  for (const [name, than, before, after] of pairs) {
    const ratios: number[] = [];
    for (let i = 0; i <= runs; i++) {
      const [slow, quick] = [await timed(before), await timed(after)];
      if (i > 0) ratios.push(slow / quick);
    }
    ratios.sort((a, b) => a - b);
    rows.push({ case: name, metric: 'times faster', value: ratios[Math.floor(runs / 2)]!, unit: '×', better: 'higher', note: `than ${than}; median of ${runs} pairs` });
  }
  return rows;
}

async function timed(query: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await query();
  return performance.now() - began;
}

async function size(store: Store): Promise<Figure[]> {
  const tables = await store.query<{ table: string; rows: number; bytes: number }>(
    'SELECT table, sum(p.rows) AS rows, sum(bytes_on_disk) AS bytes FROM system.parts AS p WHERE active AND database = currentDatabase() GROUP BY table HAVING rows > 0 ORDER BY rows DESC',
  );
  const total = tables.reduce((sum, { rows }) => sum + rows, 0);
  return [
    { case: 'all tables', metric: 'rows', value: total, unit: '' },
    ...tables.map(({ table, rows, bytes }) => ({ case: table, metric: 'bytes a row', value: bytes / rows, unit: 'B', note: `${rows} rows` })),
  ];
}
