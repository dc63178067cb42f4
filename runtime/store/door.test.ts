import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { attacks } from './door.attacks.js';
import { openDoor, type Door } from './door.js';
import { openEmbeddedStore, type EmbeddedStore } from './embedded.js';
import { migrate } from './migrate.js';
import { openServerStore } from './server.js';

const folder = mkdtempSync(path.join(tmpdir(), 'sightline-door-'));
const writerToken = 'let-me-in';
let store: EmbeddedStore;
let door: Door;
/** With less time for a query, so that what takes for ever is told soon. */
let strict: Door;

beforeAll(async () => {
  store = await openEmbeddedStore({ folder });
  await migrate(store);
  await store.insert('events', [{ at: 1_760_000_000_000_000, camera: 'door', zone: 'line', kind: 'crossed', id: 'a', seq: 1 }], { token: 'a' });
  door = await openDoor({ store, port: 0, writerToken });
  strict = await openDoor({ store, port: 0, limits: { seconds: 1 } });
});
afterAll(async () => {
  await strict.close();
  await door.close();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const post = async (sql: string, query = '', headers: Record<string, string> = {}, at = door): Promise<{ status: number; text: string; headers: Headers }> => {
  const response = await fetch(`${at.url}/?${query}`, { method: 'POST', body: sql, headers });
  return { status: response.status, text: await response.text(), headers: response.headers };
};

describe('door', () => {
  it('speaks to @clickhouse/client', async () => {
    const client = createClient({ url: door.url, database: 'sightline' });
    expect(await client.ping()).toMatchObject({ success: true });
    const rows = await (await client.query({ query: 'SELECT camera, {n:UInt32} AS n FROM events WHERE id = {id:String}', query_params: { n: 7, id: 'a' }, format: 'JSONEachRow' })).json();
    expect(rows).toEqual([{ camera: 'door', n: 7 }]);
    await expect(client.query({ query: 'SELECT nothing FROM events', format: 'JSON' }).then((r) => r.text())).rejects.toMatchObject({ code: '47', type: 'UNKNOWN_IDENTIFIER' });
    const names = await (await client.query({ query: 'SHOW TABLES', format: 'JSONCompactEachRow' })).json<[string]>();
    expect(names.flat()).toContain('samples_1m');
    await expect(client.insert({ table: 'events', values: [{ id: 'x' }], format: 'JSONEachRow' })).rejects.toMatchObject({ code: '164' });
    await client.close();
  });

  it('obeys the interface: query and body, default format, settings, headers', async () => {
    expect((await fetch(`${door.url}/ping`)).status).toBe(200);
    expect(await (await fetch(`${door.url}/?query=SELECT%201`)).text()).toBe('1\n');
    expect((await post('SELECT 1 AS a', 'default_format=CSVWithNames')).text).toBe('"a"\n1\n');
    expect((await post('SELECT 1 AS a FORMAT JSONEachRow')).headers.get('x-clickhouse-format')).toBe('JSONEachRow');
    expect((await post('FORMAT CSV', 'query=SELECT%202')).text).toBe('2\n');
    expect((await post('SELECT toUInt64(1) AS a', 'default_format=JSONEachRow&output_format_json_quote_64bit_integers=1')).text).toBe('{"a":"1"}\n');
    const missing = await post('SELECT * FROM nowhere');
    expect(missing.status).toBe(404);
    expect(missing.headers.get('x-clickhouse-exception-code')).toBe('60');
    expect((await post('SELECT 1', '', { 'X-ClickHouse-User': 'eve', 'X-ClickHouse-Key': 'x' })).headers.get('x-clickhouse-exception-code')).toBe('516');
    expect((await post('SELECT 1', 'user=writer&password=wrong')).status).toBe(403);
  });

  it('answers ordinary questions', async () => {
    for (const sql of [
      'SELECT version(), timezone(), currentDatabase()',
      'DESCRIBE TABLE events',
      'SHOW CREATE TABLE samples',
      'EXPLAIN SELECT count() FROM events',
      'WITH t AS (SELECT * FROM events) SELECT kind, count() AS n, quantileTDigestIf(0.9)(seconds, seconds > 0), groupArray(3)(id), argMax(id, at) FROM t GROUP BY kind WITH TOTALS',
      'SELECT toStartOfInterval(at, INTERVAL 15 MINUTE, \'Europe/Berlin\') AS q, countIf(direction = \'in\') FROM events GROUP BY q ORDER BY q WITH FILL STEP INTERVAL 15 MINUTE',
      'SELECT number, sum(number) OVER (ORDER BY number) FROM numbers(3)',
      'SELECT CAST(1 AS Decimal(10, 2)), (1, 2) IN ((1, 2)), replaceRegexpAll(\'a\', \'(a)\', \'b\'), path(\'http://a/b\')',
      'SELECT hour, camera, sumForEachMerge(sums) FROM drift_hourly GROUP BY hour, camera',
      'SELECT * FROM latest FINAL ORDER BY camera LIMIT 10',
      'SELECT name, value FROM system.settings LIMIT 1',
    ]) {
      const { status, text } = await post(sql);
      expect({ sql, status, text: status === 200 ? '' : text }).toEqual({ sql, status: 200, text: '' });
    }
  });

  it(`refuses each of ${attacks.length} attacks`, async () => {
    expect(attacks.length).toBeGreaterThanOrEqual(50);
    let requests = 0;
    const listener = createServer((_request, response) => {
      requests += 1;
      response.end('1');
    });
    listener.on('connection', () => (requests += 1));
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve));
    const port = String((listener.address() as AddressInfo).port);
    const let_through: string[] = [];
    for (const attack of attacks) {
      const { status, text } = await post(attack.replaceAll('{port}', port), '', {}, strict);
      if (status === 200 || !text.startsWith('Code: ')) let_through.push(`${attack} → ${status} ${text.slice(0, 80)}`);
    }
    listener.close();
    expect(let_through).toEqual([]);
    expect(requests).toBe(0);
    expect(existsSync('/tmp/sightline-door-attack')).toBe(false);
    expect(await store.query('SELECT count() AS n FROM events')).toEqual([{ n: 1 }]);
    expect((await post('SELECT 1')).text).toBe('1\n');
  }, 60_000);

  it('refuses settings and parameters that reach further', async () => {
    expect((await post('SELECT 1', 'readonly=0&format_schema=/etc/passwd&max_execution_time=1000')).text).toBe('1\n');
    expect((await post('SELECT sum(sipHash64(number)) FROM numbers(1000000000000)', 'max_execution_time=1000', {}, strict)).status).toBe(408);
    expect((await post('SELECT * FROM {t:Identifier}', 'param_t=system.disks')).status).toBe(403);
    expect((await post('SELECT * FROM {d:Identifier}.{t:Identifier}', 'param_d=system&param_t=disks')).status).toBe(403);
    expect((await post('SELECT * FROM {t:Identifier}', 'param_t=audit')).status).toBe(403);
    expect((await post('SELECT count() FROM {t:Identifier}', 'param_t=events')).text).toBe('1\n');
    expect((await post("SELECT {x:String} AS x", "param_x='; DROP TABLE events; --")).text).toBe("\\'; DROP TABLE events; --\n");
    expect((await post('INSERT INTO events (id) FORMAT JSONEachRow\n{"id":"forged"}')).status).toBe(403);
  });

  it('lets a writer insert, once a token, and never beyond the tables', async () => {
    const remote = await openServerStore({ url: door.url, user: 'writer', password: writerToken });
    await migrate(remote);
    const rows = [{ at: 1_760_000_001, camera: 'w', zone: 'till', zone_kind: 'queue', measure: 'length', class: '', value: 2, coverage: 1 }];
    await remote.insert('samples', rows, { token: 't1' });
    await remote.insert('samples', rows, { token: 't1' });
    await remote.insertEncoded('samples', ['at', 'camera', 'zone', 'measure', 'value'], Buffer.from('[1760000002,"w","till","length",null]'), { token: 't2' });
    expect(await remote.query('SELECT count() AS n, sum(value) AS v FROM samples WHERE camera = {c:String}', { c: 'w' })).toEqual([{ n: 2, v: 2 }]);
    expect(await remote.query(`SELECT sum(known) AS known, sum(unknown) AS unknown FROM samples_1m WHERE camera = 'w'`)).toEqual([{ known: 1, unknown: 1 }]);
    await expect(remote.query('SELECT nothing')).rejects.toMatchObject({ code: 'STORE_QUERY' });
    await expect(remote.exec(`INSERT INTO events (id) SELECT file('/etc/passwd')`)).rejects.toMatchObject({ code: 'STORE_QUERY' });
    await expect(remote.exec('SYSTEM SHUTDOWN')).rejects.toMatchObject({ code: 'STORE_QUERY' });
    await remote.close();
    const wrong = await openServerStore({ url: door.url, user: 'writer', password: 'wrong' });
    await expect(wrong.query('SELECT 1')).rejects.toMatchObject({ code: 'STORE_AUTH' });
    await wrong.close();
    const nobody = await openServerStore({ url: 'http://127.0.0.1:9' });
    await expect(nobody.query('SELECT 1')).rejects.toMatchObject({ code: 'STORE_UNREACHABLE', retryable: true });
    await nobody.close();
  });

  it('says when its port is taken', async () => {
    await expect(openDoor({ store, port: door.port })).rejects.toMatchObject({ code: 'PORT_TAKEN' });
  });

  it('gives one reader after another a turn', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, (_, i) => post(`SELECT ${i}, count() FROM numbers(100000) WHERE sipHash64(number) % 7 = 0`)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 12 }, () => 200));
  });
});
