import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SightlineError } from '@sightline/runtime/errors';
import type { Log } from '@sightline/runtime/log/log';
import { openMemoryLog } from '@sightline/runtime/log/memory/memory-log';
import { openDoor } from '@sightline/runtime/store/door';
import { openEmbeddedStore, type EmbeddedStore } from '@sightline/runtime/store/embedded';
import { migrate } from '@sightline/runtime/store/migrate';
import { openServerStore } from '@sightline/runtime/store/server';
import type { Store } from '@sightline/runtime/store/store';
import { skimHeader, writeSkim, type CameraStatus, type ResultsRecord } from '@sightline/schemas';
import { encodeRecords } from './batch.js';
import { resultsEncoder } from './results-rows.js';
import { startSink } from './sink.js';

const folder = mkdtempSync(path.join(tmpdir(), 'sightline-sink-'));
const start = Date.UTC(2026, 0, 5, 12) * 1000;
let store: EmbeddedStore;
let camera = 0;

beforeAll(async () => {
  store = await openEmbeddedStore({ folder });
  await migrate(store);
});
afterAll(async () => {
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Frame `seq` of a camera at 10 fps: an event each frame, samples each second, a finished track each tenth frame. */
function record(name: string, seq: number, epoch = 1): ResultsRecord {
  const capturedAt = start + seq * 100_000;
  const closes = seq % 10 === 0;
  return {
    v: 1,
    input: {
      camera: name, epoch, seq, capturedAt, recording: true, state: seq % 3 === 0 ? 'quiet' : 'inferred', quality: { brightness: 120, contrast: 40, sharpness: 9, state: 'ok' },
      motion: [0, 0], dropped: seq === 5 ? { overload: 2 } : {}, site: 'abc', model: 'demo@0123', aspect: 16 / 9, detections: [],
    },
    partition: 0,
    offset: seq,
    tracks: [],
    events: [{ id: `${name}/door/${epoch}-${seq}-0`, kind: 'crossed', zone: 'door', zoneKind: 'line', at: capturedAt, direction: 'in', cls: 'person', point: [0.5, 1] }],
    samples: closes ? [{ zone: 'till', zoneKind: 'queue', at: capturedAt, measures: { length: seq / 10, wait: null }, perClass: { length: { person: 1 } }, coverage: 1, ...(seq > 0 && { skipped: 0.25, quality: 'dark' as const }) }] : [],
    finished: closes ? [{ id: `t${seq}`, cls: 'person', from: capturedAt, to: capturedAt + 2_500_000, path: [[0, 0.5, 0.5], [2_500_000, 1.1, -0.1]], height: 0.2, maxScore: 0.9 }] : [],
    drift: seq === 0 ? [{ minute: capturedAt, n: 60, sums: [1, -2], version: 'f1', brightness: 120, contrast: 40, sharpness: 9, bad: 0 }] : [],
    ...(closes && {
      journeys: [{ track: `t${seq}`, classes: ['person'], stops: [{ zone: 'door', entered: capturedAt, left: capturedAt, direction: 'in' as const }, { zone: 'till', entered: capturedAt + 1, left: capturedAt + 5_000_000, abandoned: true, joined: 0.5 }] }],
      presence: [{ minute: start - (start % 60_000_000), cells: [['person', 5, 400, 7, -9], ['person', 6, 100, 0, 0]] as const }],
    }),
  };
}

async function send(log: Log, records: readonly { readonly key: string; readonly value: unknown }[], topic: 'results' | 'camera-status' = 'results'): Promise<void> {
  const producer = await log.producer();
  await producer.send(topic, records.map(({ key, value }) => ({ key, value: Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)) })));
  await producer.close();
}

const frames = (name: string, from: number, to: number) => Array.from({ length: to - from }, (_, i) => ({ key: name, value: record(name, from + i) }));
const newCamera = () => `camera-${(camera += 1)}-${Math.random().toString(36).slice(2, 8)}`;

async function counted(name: string): Promise<Record<string, number>> {
  const [row] = await store.query<Record<string, number>>(
    `SELECT (SELECT count() FROM events WHERE camera = {c:String}) AS events, (SELECT uniqExact(id) FROM events WHERE camera = {c:String}) AS ids,
       (SELECT count() FROM samples WHERE camera = {c:String}) AS samples, (SELECT sum(known + unknown) FROM samples_1m WHERE camera = {c:String}) AS rolled,
       (SELECT count() FROM tracks WHERE camera = {c:String}) AS tracks, (SELECT sum(inferred + quiet) FROM frames_1m WHERE camera = {c:String}) AS frames`,
    { c: name },
  );
  return row!;
}

describe.each([{ exclusive: true }, { exclusive: false }])('sink, $exclusive', ({ exclusive }) => {
  it('puts every part of a record into its table', async () => {
    const log = await openMemoryLog();
    const name = newCamera();
    await send(log, frames(name, 0, 20));
    const sink = await startSink({ exclusive, log, store });
    await sink.drained();
    expect(await counted(name)).toEqual({ events: 20, ids: 20, samples: 6, rolled: 6, tracks: 2, frames: 20 });
    expect(await store.query('SELECT toUnixTimestamp64Micro(at) AS at, direction, class, x, y, seq FROM events WHERE camera = {c:String} ORDER BY seq LIMIT 1', { c: name })).toEqual([{ at: start, direction: 'in', class: 'person', x: 0.5, y: 1, seq: 0 }]);
    expect(await store.query('SELECT measure, class, value FROM samples WHERE camera = {c:String} ORDER BY at, measure, class LIMIT 3 OFFSET 3', { c: name })).toEqual([
      { measure: 'length', class: '', value: 1 }, { measure: 'length', class: 'person', value: 1 }, { measure: 'wait', class: '', value: null },
    ]);
    expect(await store.query('SELECT path_ms, path_x, path_y, seconds FROM tracks WHERE camera = {c:String} LIMIT 1', { c: name })).toEqual([{ path_ms: [0, 2500], path_x: [32768, 65535], path_y: [32768, 0], seconds: 2.5 }]);
    expect(await store.query('SELECT skipped, quality FROM samples WHERE camera = {c:String} ORDER BY at LIMIT 1 BY at', { c: name })).toEqual([{ skipped: 0, quality: 'ok' }, { skipped: 0.25, quality: 'dark' }]);
    expect(await store.query('SELECT track, trust, zones, arrayMap(t -> toUnixTimestamp64Micro(t), entered) AS entered, dateDiff(\'second\', began, ended) AS seconds, directions, abandoned FROM journeys WHERE camera = {c:String} ORDER BY began LIMIT 1', { c: name })).toEqual([
      { track: 't0', trust: 0.5, zones: ['door', 'till'], entered: [start, start + 1], seconds: 5, directions: ['in', ''], abandoned: ['till'] },
    ]);
    expect(await store.query('SELECT cell, sum(ms) AS ms, sum(dx) AS dx, sum(dy) AS dy FROM presence_1m WHERE camera = {c:String} GROUP BY cell ORDER BY cell', { c: name })).toEqual([{ cell: 5, ms: 800, dx: 14, dy: -18 }, { cell: 6, ms: 200, dx: 0, dy: 0 }]);
    expect(await store.query('SELECT n, sums FROM drift WHERE camera = {c:String}', { c: name })).toEqual([{ n: 60, sums: [1, -2] }]);
    expect(await store.query('SELECT model, sum(frames) AS frames FROM model_versions WHERE camera = {c:String} GROUP BY model', { c: name })).toEqual([{ model: 'demo@0123', frames: 13 }]);
    expect(await store.query('SELECT sum(dropped) AS n FROM frames_1m WHERE camera = {c:String}', { c: name })).toEqual([{ n: 2 }]);
    await sink.close();
    await log.close();
  });

  it('writes a live record soon, though nothing follows it', async () => {
    const log = await openMemoryLog();
    const sink = await startSink({ exclusive, log, store });
    await sink.drained();
    const name = newCamera();
    const began = performance.now();
    await send(log, frames(name, 0, 1));
    while ((await counted(name))['events'] === 0) await new Promise((resolve) => setTimeout(resolve, 10));
    // Half a second of gathering and the writing of it; machines that run tests are busy.
    expect(performance.now() - began).toBeLessThan(10_000);
    await sink.close();
    await log.close();
  });

  it('counts a record once that comes twice, at once or much later', async () => {
    const log = await openMemoryLog();
    const name = newCamera();
    await send(log, [...frames(name, 0, 15), ...frames(name, 5, 20)]);
    const sink = await startSink({ exclusive, log, store });
    await sink.drained();
    await send(log, frames(name, 10, 30));
    await sink.drained();
    await sink.close();
    expect(await counted(name)).toMatchObject({ events: 30, ids: 30, frames: 30 });
    await log.close();
  });

  it('goes on where it was after a restart, and in a log that was begun anew', async () => {
    const logFolder = path.join(folder, 'log');
    const name = newCamera();
    for (const [from, to] of [[0, 12], [12, 30]] as const) {
      const log = await openMemoryLog({ folder: logFolder });
      await send(log, frames(name, from, to));
      const sink = await startSink({ exclusive, log, store });
      await sink.drained();
      await sink.close();
      await log.close();
    }
    rmSync(logFolder, { recursive: true });
    const log = await openMemoryLog({ folder: logFolder });
    const sink = await startSink({ exclusive, log, store });
    await send(log, frames(name, 25, 40));
    await sink.drained();
    await sink.close();
    await log.close();
    expect(await counted(name)).toMatchObject({ events: 40, ids: 40, frames: 40 });
  });

  it('sends what it cannot read to dead-letter, and goes on', async () => {
    const log = await openMemoryLog();
    const name = newCamera();
    const broken = [{ key: name, value: '{"v":1,' }, { key: name, value: { ...record(name, 1), events: [{ ...record(name, 1).events[0], at: 'noon' }] } }, { key: name, value: { v: 0 } }];
    await send(log, [...frames(name, 0, 1), ...broken, ...frames(name, 1, 3)]);
    const problems: string[] = [];
    const sink = await startSink({ exclusive, log, store, report: (problem) => problems.push(problem) });
    await sink.drained();
    expect(await counted(name)).toMatchObject({ events: 3, frames: 3 });
    expect(sink.totals.unreadable).toBe(3);
    expect(problems).toHaveLength(3);
    const letters = [];
    for await (const letter of log.read({ topic: 'dead-letter', partition: 0 }, 0)) letters.push(letter);
    expect(letters.map(({ headers }) => headers?.['reason'])).toEqual([expect.stringContaining('JSON'), '"noon" is not a time in µs', 'version 0 is not one of a results record']);
    await sink.close();
    await log.close();
  });

  it('stops before a record of a newer version and loses nothing', async () => {
    const log = await openMemoryLog();
    const name = newCamera();
    await send(log, frames(name, 0, 3));
    let failed: unknown;
    const sink = await startSink({ exclusive, log, store, failed: (error) => (failed = error) });
    await sink.drained();
    await send(log, [{ key: name, value: { ...record(name, 3), v: 2 } }, ...frames(name, 4, 5)]);
    await expect.poll(() => failed, { timeout: 20_000 }).toMatchObject({ code: 'RECORD_NEWER' });
    await sink.close();
    expect(await counted(name)).toMatchObject({ events: 3, frames: 3 });
    await log.close();
  });

  it('waits for a store that is away, holding no more than its bound, and catches up', async () => {
    const log = await openMemoryLog();
    const name = newCamera();
    let away = true;
    const flaky: Store = { ...store, insertEncoded: (table, columns, lines, options) => (away ? Promise.reject(new SightlineError('STORE_UNREACHABLE', 'away')) : store.insertEncoded(table, columns, lines, options)) };
    const problems: string[] = [];
    const sink = await startSink({ exclusive, log, store: flaky, maxRecords: 50, report: (problem) => problems.push(problem) });
    for (let i = 0; i < 16; i++) await send(log, frames(name, i * 50, i * 50 + 50));
    await expect.poll(() => problems.length, { timeout: 20_000 }).toBeGreaterThan(0);
    expect(sink.totals.records).toBe(0);
    away = false;
    await sink.drained();
    expect(await counted(name)).toMatchObject({ events: 800, ids: 800, frames: 800 });
    await sink.close();
    await log.close();
  });

});

describe('sinks', () => {
  it('writes through the door of another process just as well', async () => {
    const door = await openDoor({ store, port: 0, writerToken: 'token' });
    const remote = await openServerStore({ url: door.url, user: 'writer', password: 'token' });
    const log = await openMemoryLog();
    const name = newCamera();
    await send(log, frames(name, 0, 40));
    const sink = await startSink({ log, store: remote });
    await sink.drained();
    expect(await counted(name)).toMatchObject({ events: 40, ids: 40, samples: 12, rolled: 12, frames: 40 });
    await sink.close();
    await remote.close();
    await door.close();
    await log.close();
  });

  it('writes a batch once that two sinks planned differently, and one woke up late', async () => {
    const log = await openMemoryLog();
    const name = newCamera();
    await send(log, frames(name, 0, 60));
    // Two groups read the same partitions: each believes that it alone writes them.
    const a = await startSink({ log, store, group: 'a', maxRecords: 7 });
    const b = await startSink({ log, store, group: 'b', maxRecords: 11 });
    await Promise.all([a.drained(), b.drained()]);
    await send(log, frames(name, 60, 90));
    await Promise.all([a.drained(), b.drained()]);
    await Promise.all([a.close(), b.close()]);
    expect(await counted(name)).toMatchObject({ events: 90, ids: 90, samples: 27, rolled: 27, frames: 90 });
    await log.close();
  });

  it('writes a batch again that was planned by a sink of the other kind, and was cut short', async () => {
    for (const [first, second] of [[true, false], [false, true]]) {
      const log = await openMemoryLog();
      const names = [newCamera(), newCamera(), newCamera(), newCamera()];
      for (const name of names) await send(log, frames(name, 0, 12));
      let inserts = 0;
      const cut: Store = { ...store, insertEncoded: (table, columns, lines, options) => (table === 'samples' && (inserts += 1) > 0 ? Promise.reject(new SightlineError('STORE_UNREACHABLE', 'cut')) : store.insertEncoded(table, columns, lines, options)) };
      const a = await startSink({ log, store: cut, exclusive: first! });
      await expect.poll(() => inserts, { timeout: 20_000 }).toBeGreaterThan(0);
      await a.close();
      const b = await startSink({ log, store, exclusive: second! });
      await b.drained();
      await b.close();
      for (const name of names) expect(await counted(name)).toMatchObject({ events: 12, ids: 12, samples: 6, rolled: 6, frames: 12 });
      await log.close();
    }
  }, 60_000);

  it('keeps camera status, alerts and site configurations, without secrets', async () => {
    const log = await openMemoryLog();
    const name = newCamera();
    const status: CameraStatus = { camera: name, epoch: 1, state: 'online', since: start / 1000, at: start / 1000 + 5, fpsWanted: 10, fpsGot: 9.5, lastFrameAt: null, size: [1280, 720], dropped: { overload: 3 }, quiet: 4, frames: 100, reconnects: 1, quality: 'ok' };
    await send(log, [{ key: name, value: status }], 'camera-status');
    const producer = await log.producer();
    await producer.send('alerts', [{ key: 'long', value: Buffer.from(JSON.stringify({ id: `${name}/1`, rule: 'long', state: 'firing', severity: 'warning', camera: name, subject: 'till', measure: 'length', condition: 'till.length > 4', value: 5, since: start, at: start + 60e6 })) }]);
    await producer.send('site', [{ key: 'site', value: Buffer.from(JSON.stringify({ v: 1, version: name, site: { site: { name: 'shop' }, cameras: [{ name, source: 'rtsp://admin:hunter2@10.0.0.1/s' }, { name: 'b', source: 'rtsp://a:${PW}@h/' }], webhooks: [{ name: 'w', url: 'https://x', secret: 'whsec_abc' }] } })) }]);
    const sink = await startSink({ log, store, exclusive: true });
    await sink.drained();
    expect(await store.query('SELECT state, fps_got, width, dropped, last_frame FROM camera_status WHERE camera = {c:String}', { c: name })).toEqual([{ state: 'online', fps_got: 9.5, width: 1280, dropped: { overload: 3 }, last_frame: null }]);
    expect(await store.query('SELECT rule, state, value FROM alerts WHERE camera = {c:String}', { c: name })).toEqual([{ rule: 'long', state: 'firing', value: 5 }]);
    const [site] = await store.query<{ configuration: string }>('SELECT configuration FROM site_versions FINAL WHERE version = {c:String}', { c: name });
    expect(site!.configuration).not.toMatch(/hunter2|whsec_abc/);
    expect(site!.configuration).toContain('${PW}');
    await sink.close();
    await log.close();
  });
});

describe('a frame that leads to no rows', () => {
  it('is counted from its header as from its record, and only then has one', async () => {
    const plain = (seq: number): ResultsRecord => {
      const { v, input, partition, offset, tracks } = record('door', seq);
      return { v, input, partition, offset, tracks, events: [], samples: [], finished: [], drift: [] };
    };
    expect(writeSkim(record('door', 1))).toBeNull();
    const stored = (seq: number, header: boolean) => {
      const value = plain(seq);
      const skim = writeSkim(value)!;
      return { topic: 'results' as const, partition: 0, offset: seq, appendedAt: 0, key: 'door', value: Buffer.from(header ? 'never read' : JSON.stringify(value)), ...(header && { headers: { [skimHeader]: skim } }) };
    };
    const encoded = (header: boolean) => encodeRecords(Array.from({ length: 20 }, (_, seq) => stored(seq, header)), resultsEncoder, new Map([['door', { epoch: 1, seq: 3 }]]));
    const [skimmed, read] = [await encoded(true), await encoded(false)];
    expect(skimmed).toEqual(read);
    expect(skimmed.unreadable).toEqual([]);
    expect(JSON.parse(skimmed.tables.get('frames_1m')![0]!)).toMatchObject({ 4: 11, 5: 5, 7: 2 });
  });
});
