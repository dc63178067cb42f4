import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDoor, type Door } from './door.js';
import { openEmbeddedStore, type EmbeddedStore } from './embedded.js';
import { migrate } from './migrate.js';
import { openServerStore } from './server.js';
import type { Store } from './store.js';

const folder = mkdtempSync(path.join(tmpdir(), 'sightline-store-'));
let embedded: EmbeddedStore;
let door: Door;
let server: Store;

beforeAll(async () => {
  embedded = await openEmbeddedStore({ folder });
  door = await openDoor({ store: embedded, port: 0, writerToken: 'token' });
  server = await openServerStore({ url: door.url, user: 'writer', password: 'token' });
  await migrate(server);
});
afterAll(async () => {
  await server.close();
  await door.close();
  await embedded.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The promises of the contract, kept by every store there is: in process, and over HTTP. */
const stores = [['embedded', () => embedded], ['server', () => server]] as const;
const sample = (at: number, value: number | null, zone: string) => ({ at, camera: 'door', zone, zone_kind: 'queue', measure: 'length', class: '', value, coverage: 1 });

describe.each(stores)('%s store', (kind, get) => {
  let store: Store;
  beforeAll(() => {
    store = get();
  });

  it('binds parameters of every kind, whatever they hold', async () => {
    const nasty = `a'b\\c\n{x:String}"; DROP TABLE events`;
    const [row] = await store.query<Record<string, unknown>>(
      'SELECT {s:String} AS s, {n:UInt32} AS n, {f:Float64} AS f, {l:Array(String)} AS l, {o:Nullable(String)} AS o, {b:Bool} AS b',
      { s: nasty, n: 7, f: -0.5, l: [nasty, ''], o: null, b: true },
    );
    expect(row).toEqual({ s: nasty, n: 7, f: -0.5, l: [nasty, ''], o: null, b: true });
  });

  it('answers 64-bit integers as numbers', async () => {
    expect(await store.query('SELECT toUInt64(1700000000123456) AS n, count() AS c')).toEqual([{ n: 1700000000123456, c: 1 }]);
  });

  it('drops a batch that comes twice with its token, in the views too, and keeps equal rows of other tokens', async () => {
    const rows = [sample(1_700_000_000, 3, kind), sample(1_700_000_001, null, kind), sample(1_700_000_002, 5, kind)];
    await store.insert('samples', rows, { token: `${kind}-a` });
    await store.insert('samples', rows, { token: `${kind}-a` });
    expect(await store.query(`SELECT count() AS n FROM samples WHERE zone = '${kind}'`)).toEqual([{ n: 3 }]);
    const rollup = `SELECT sum(known) AS known, sum(unknown) AS unknown, sum(total) AS total, min(low) AS low, max(high) AS high, max(last).2 AS last FROM samples_1m WHERE zone = '${kind}'`;
    expect(await store.query(rollup)).toEqual([{ known: 2, unknown: 1, total: 8, low: 3, high: 5, last: 5 }]);
    await store.insert('samples', rows, { token: `${kind}-b` });
    expect(await store.query(rollup)).toEqual([{ known: 4, unknown: 2, total: 16, low: 3, high: 5, last: 5 }]);
  });

  it('keeps an unknown value as the latest', async () => {
    await store.insert('samples', [sample(1_700_000_000, 3, `dark-${kind}`), sample(1_700_000_005, null, `dark-${kind}`)], { token: `${kind}-c` });
    expect(await store.query(`SELECT value, toUnixTimestamp(at) AS at FROM latest FINAL WHERE zone = 'dark-${kind}'`)).toEqual([{ value: null, at: 1_700_000_005 }]);
  });

  it('cuts an answer off at maxRows and gives up after timeoutSeconds', async () => {
    expect(await store.query('SELECT number FROM numbers(100)', {}, { maxRows: 3 })).toHaveLength(3);
    await expect(store.query('SELECT sum(sipHash64(number)) FROM numbers(100000000000)', {}, { timeoutSeconds: 0.2 })).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  });

  it('says what is wrong with a query, and goes on', async () => {
    await expect(store.query('SELECT nothing FROM nowhere')).rejects.toMatchObject({ code: 'STORE_QUERY' });
    await expect(store.query('SELECT {missing:String}')).rejects.toMatchObject({ code: 'STORE_QUERY' });
    expect(await store.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
  });

  it('may not read files, addresses or other databases', async () => {
    for (const sql of [`SELECT * FROM url('http://127.0.0.1:1/', CSV, 'a String')`, `SELECT * FROM file('/etc/passwd', CSV, 'a String')`, 'SELECT * FROM system.users']) {
      await expect(store.query(sql)).rejects.toMatchObject({ code: 'STORE_QUERY' });
    }
  });

  it('writes its answers in ClickHouse formats', async () => {
    const parquet = Buffer.from(await store.queryBytes('SELECT 1 AS a', 'Parquet'));
    expect(parquet.subarray(0, 4).toString()).toBe('PAR1');
    expect(Buffer.from(await store.queryBytes(`SELECT 1 AS a, 'x' AS b`, 'CSVWithNames')).toString()).toBe('"a","b"\n1,"x"\n');
  });

  it('forgets parameters and limits of the query before', async () => {
    for (let i = 0; i < 4; i++) await store.query('SELECT {x:String}', { x: 'a' }, { maxRows: 1 });
    expect(await store.query('SELECT number FROM numbers(5)')).toHaveLength(5);
  });

  it('inserts rows that are encoded already', async () => {
    await store.insertEncoded('samples', ['at', 'camera', 'zone', 'measure', 'value'], Buffer.from('[1700000009,"door","encoded","length",2]\n[1700000010,"door","encoded","length",null]'), { token: `${kind}-e` });
    expect(await store.query(`SELECT count() AS n, sum(value) AS v FROM samples WHERE zone = 'encoded'`)).toEqual([{ n: kind === 'embedded' ? 2 : 4, v: kind === 'embedded' ? 2 : 4 }]);
  });
});

describe('embedded store', () => {
  it('leaves the event loop free while the engine works', async () => {
    let ticks = 0;
    const timer = setInterval(() => (ticks += 1), 5);
    await embedded.query('SELECT sum(sipHash64(number)) FROM numbers(8000000)');
    clearInterval(timer);
    expect(ticks).toBeGreaterThan(3);
  });

  it('refuses a second opening of its folder', async () => {
    await expect(openEmbeddedStore({ folder })).rejects.toMatchObject({ code: 'DATA_LOCKED' });
  });
});
