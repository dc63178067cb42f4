import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { eventWhere, fillable, findEvents, type EventFilter } from '@sightline/dashboard/gateway/queries/events';
import { openEmbeddedStore } from '@sightline/runtime/store/embedded';
import { migrate } from '@sightline/runtime/store/migrate';
import type { Store } from '@sightline/runtime/store/store';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

/** Events a page at a time: the same rows as the plain query gives, whatever shares a moment, from few granules. */
let store: Store;
let folder: string;
const from = Date.UTC(2026, 2, 1) * 1000;
const rows = 60_000;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'sightline-events-'));
  store = await openEmbeddedStore({ folder: path.join(folder, 'store') });
  await migrate(store);
  // Seven events share each moment, and come in the order of no id.
  await store.exec(`INSERT INTO events (at, camera, zone, zone_kind, kind, class, track, seconds, id, epoch, seq)
    SELECT fromUnixTimestamp64Micro(toInt64(${from} + intDiv(number, 7) * 1000000)), concat('camera-', toString(h % 5)), 'till', 'queue', if(h % 3 = 0, 'served', 'joined'), 'person', toString(number),
      if(h % 3 = 0, toFloat64(h % 500), NULL), concat('camera/till/1-', toString(h), '-0'), 1, number
    FROM (SELECT number, sipHash64(number) AS h FROM numbers(${rows}))`);
});
afterAll(async () => {
  await store?.close();
  await rm(folder, { recursive: true, force: true });
});

const all: EventFilter = { from, to: from + rows * 1_000_000, order: 'newest', limit: 50 };

async function plainly(filter: EventFilter): Promise<string[]> {
  const [sql, params] = fillable(filter);
  return (await store.query<{ id: string }>(sql, params)).map(({ id }) => id);
}

describe('events', () => {
  it('come page by page as the plain query has them in one, none twice, none left out', async () => {
    for (const filter of [all, { ...all, cameras: ['camera-2'] }, { ...all, kind: 'served', zone: 'till' }, { ...all, to: from + 20_000_000 }, { ...all, zone: 'nowhere' }]) {
      const wanted = await plainly({ ...filter, limit: 350 });
      const got: string[] = [];
      let before: EventFilter['before'];
      for (let page = 0; page < 7; page++) {
        const events = await findEvents(store, { ...filter, before });
        got.push(...events.map(({ id }) => id));
        const last = events.at(-1);
        if (!last) break;
        before = { at: last.at, id: last.id };
      }
      expect(got, JSON.stringify(filter)).toEqual(wanted);
    }
  });

  it('are found longest first through their own order, which holds what the table holds', async () => {
    const longest = { ...all, order: 'longest', kind: 'served' } as const;
    const [sql, params] = fillable(longest);
    const plan = (await store.query<{ explain: string }>(`EXPLAIN ${sql}`, params)).map(({ explain }) => explain).join('\n');
    expect(plan).toContain('ReadFromMergeTree (longest)');
    const seconds = async (settings: string): Promise<number[]> => (await store.query<{ seconds: number }>(`${sql} SETTINGS ${settings}`, params)).map((row) => row.seconds);
    expect(await seconds('optimize_use_projections = 1')).toEqual(await seconds('optimize_use_projections = 0'));
  });

  it('are found newest first without sorting the span', async () => {
    const { where, params } = eventWhere(all);
    const plan = (await store.query<{ explain: string }>(`EXPLAIN actions = 1 SELECT at FROM events WHERE ${where} ORDER BY at DESC LIMIT 50`, params)).map(({ explain }) => explain).join('\n');
    expect(plan).toMatch(/Read type: InReverseOrder/);
  });
});
