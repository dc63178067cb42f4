import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { siteSchema, type AlertRecord, type CameraStatus, type ResultsRecord, type Rule, type Site } from '@sightline/schemas';
import { systemClock, type Clock } from '@sightline/runtime/clock';
import type { Log, Producer } from '@sightline/runtime/log/log';
import { openMemoryLog } from '@sightline/runtime/log/memory/memory-log';
import { createLogger } from '@sightline/runtime/logging';
import { Webhook } from 'standardwebhooks';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startAlerts, type Alerts } from './start.js';

/** The whole of alerts over the real in-process log on disk, with a real receiver. */
const secret = `whsec_${Buffer.from('a secret of enough bytes to sign').toString('base64')}`;
const logger = createLogger({ level: 'silent' });
const start = 1_700_000_000_000_000;

/** Waits are over at once, so that back-off takes no time. */
const hastyClock: Clock = { ...systemClock, random: () => 1, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 5), signal) };

interface Received {
  readonly id: string;
  readonly rule: string;
  readonly state: string;
  readonly value: number | null;
  readonly path: string;
}

let folder = '';
let log: Log;
let producer: Producer;
let alerts: Alerts | null = null;
let server: http.Server;
let port = 0;
let received: Received[] = [];
let answer: (request: Received, response: http.ServerResponse) => void;
let seq = 0;

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'alerts-'));
  received = [];
  seq = 0;
  answer = (_, response) => void response.writeHead(204).end();
  server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      const event = new Webhook(secret).verify(body, request.headers as Record<string, string>) as { id: string; data: { rule: string; state: string; value: number | null } };
      const notice: Received = { id: event.id, rule: event.data.rule, state: event.data.state, value: event.data.value, path: request.url ?? '' };
      received.push(notice);
      answer(notice, response);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
  await openLog();
});
afterEach(async () => {
  await alerts?.close();
  alerts = null;
  await log.close();
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

async function openLog(): Promise<void> {
  log = await openMemoryLog({ folder: path.join(folder, 'log'), partitions: 2 });
  producer = await log.producer();
}

type RuleInput = Partial<Rule> & { readonly when?: string };

function siteOf(rules: readonly RuleInput[] = [{}], webhooks: readonly object[] = [{}], silences: readonly object[] = []): Site {
  return siteSchema.parse({
    cameras: [{ name: 'plaza', source: 'plaza.avi' }],
    zones: [{ name: 'till-3', kind: 'queue', camera: 'plaza', polygon: [[0, 0], [1, 0], [1, 1]] }],
    webhooks: webhooks.map((webhook) => ({ name: 'ops', url: `http://127.0.0.1:${port}/ops`, secret, allowPrivate: true, ...webhook })),
    silences,
    rules: rules.map((rule) => ({ name: 'long-queue', when: 'till-3.length > 4', for: 3, clearFor: 2, to: ['ops'], ...rule })),
  });
}

interface ChangingFeed {
  current(): { v: 1; version: string; site: Site };
  subscribe(listener: (record: { v: 1; version: string; site: Site }) => void): () => void;
  put(site: Site): void;
}

function feedOf(first: Site): ChangingFeed {
  let site = first;
  const listeners = new Set<(record: { v: 1; version: string; site: Site }) => void>();
  const record = (): { v: 1; version: string; site: Site } => ({ v: 1, version: 'x', site });
  return {
    current: record,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    put(next) {
      site = next;
      for (const listener of listeners) listener(record());
    },
  };
}

async function begin(feed: ChangingFeed, clock: Clock = hastyClock): Promise<void> {
  alerts = await startAlerts({ log, siteFeed: feed, clock, logger, environment: {} });
}

/** Ends alerts and log and opens the log again, as a new process would. */
async function restart(feed: ChangingFeed): Promise<void> {
  await alerts?.close();
  await log.close();
  await openLog();
  await begin(feed);
}

/** One results record a second, each with the queue's length; null is unknown. */
async function feedLengths(lengths: readonly (number | null)[]): Promise<void> {
  const records = lengths.map((length) => {
    const at = start + seq * 1e6;
    const results = {
      v: 1,
      input: { camera: 'plaza', epoch: 1, seq: seq++, capturedAt: at },
      samples: [{ zone: 'till-3', zoneKind: 'queue', at, measures: { length }, coverage: 1 }],
    } as unknown as ResultsRecord;
    return { key: 'plaza', value: Buffer.from(JSON.stringify(results)) };
  });
  await producer.send('results', records);
}

async function written(): Promise<AlertRecord[]> {
  const found: AlertRecord[] = [];
  for await (const { value } of log.read({ topic: 'alerts', partition: 0 }, 0)) found.push(JSON.parse(Buffer.from(value!).toString()) as AlertRecord);
  return found;
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 400; i++) {
    if (await condition()) return;
    await systemClock.sleep(10);
  }
  throw new Error(`did not happen; received ${JSON.stringify(received)}, written ${JSON.stringify((await written()).map((alert) => alert.state))}`);
}

/** Time in which something wrong would have happened. */
const settle = (): Promise<void> => systemClock.sleep(150);
const states = async (): Promise<string[]> => (await written()).map((alert) => alert.state);

describe('alerts', () => {
  test('write each change once and tell the webhook once when firing and once when resolved', async () => {
    await begin(feedOf(siteOf()));
    await feedLengths([1, 5, 5, 5, 6, 5, 1, 1, 1]);
    await until(() => received.length === 2);
    await settle();
    const records = await written();
    expect(records.map(({ state, value, at }) => [state, value, (at - start) / 1e6])).toEqual([['pending', 5, 1], ['firing', 6, 4], ['resolved', 1, 8]]);
    expect(new Set(records.map(({ id }) => id))).toEqual(new Set([`long-queue/${start + 1e6}`]));
    expect(received.map(({ state, value }) => [state, value])).toEqual([['firing', 6], ['resolved', 1]]);
    expect(new Set(received.map(({ id }) => id)).size).toBe(2);
  });

  test('a pending alert that lapses tells nobody', async () => {
    await begin(feedOf(siteOf()));
    await feedLengths([5, 5, 1]);
    await until(async () => (await states()).length === 2);
    await settle();
    expect(await states()).toEqual(['pending', 'resolved']);
    expect(received).toEqual([]);
  });

  test.each([1, 2, 3, 4, 5, 6, 7, 8])('a restart after second %i says nothing twice and forgets nothing', async (cut) => {
    const lengths = [1, 5, 5, 5, 6, 5, 1, 1, 1, 1];
    const feed = feedOf(siteOf());
    await begin(feed);
    await feedLengths(lengths.slice(0, cut));
    await settle();
    await restart(feed);
    await feedLengths(lengths.slice(cut));
    await until(() => received.length === 2);
    await settle();
    expect(await states()).toEqual(['pending', 'firing', 'resolved']);
    expect(received.map(({ state }) => state)).toEqual(['firing', 'resolved']);
    expect((await written()).map(({ at }) => (at - start) / 1e6)).toEqual([1, 4, 8]);
  });

  test('what came while nobody watched is evaluated afterwards', async () => {
    const feed = feedOf(siteOf());
    await begin(feed);
    await feedLengths([5, 5]);
    await settle();
    await alerts?.close();
    await feedLengths([5, 5, 5, 1]);
    await begin(feed);
    await feedLengths([1, 1]);
    await until(() => received.length === 2);
    expect(await states()).toEqual(['pending', 'firing', 'resolved']);
  });

  test('a receiver that fails is asked again with the same id, and in order', async () => {
    let failures = 3;
    answer = (_, response) => void response.writeHead(failures-- > 0 ? 503 : 200).end();
    await begin(feedOf(siteOf()));
    await feedLengths([5, 5, 5, 5, 1, 1, 1]);
    await until(() => received.length === 5);
    await settle();
    expect(received.map(({ state }) => state)).toEqual(['firing', 'firing', 'firing', 'firing', 'resolved']);
    expect(new Set(received.map(({ id }) => id)).size).toBe(2);
  });

  test('a receiver that was down is told after a restart, the others are not told again', async () => {
    const site = siteOf([{ to: ['ops', 'dead'] }], [{}, { name: 'dead', url: `http://127.0.0.1:${port}/dead` }]);
    const feed = feedOf(site);
    let dead = true;
    answer = (notice, response) => void (notice.path === '/dead' && dead ? response.destroy() : response.writeHead(204).end());
    await begin(feed, { ...hastyClock, sleep: (ms, signal) => systemClock.sleep(Math.min(ms, 50), signal) });
    await feedLengths([5, 5, 5, 5, 1, 1, 1]);
    await until(() => received.filter((notice) => notice.path === '/ops').length === 2);
    await until(() => received.some((notice) => notice.path === '/dead'));
    dead = false;
    received = [];
    await restart(feed);
    await until(() => received.filter((notice) => notice.path === '/dead').length >= 2);
    await settle();
    expect(received.filter((notice) => notice.path === '/ops')).toEqual([]);
    expect(received.map(({ state }) => state)).toEqual(['firing', 'resolved']);
  });

  test('a notice under way when the program ends is taken to its end and not sent again', async () => {
    answer = (_, response) => void setTimeout(() => response.writeHead(204).end(), 300);
    const feed = feedOf(siteOf([{ for: 0 }]));
    await begin(feed, systemClock);
    await feedLengths([5]);
    await until(() => received.length === 1);
    await restart(feed);
    await feedLengths([5]);
    await settle();
    expect(received).toHaveLength(1);
  });

  test('a private target is refused, kept in dead-letter, and called once it is allowed', async () => {
    const feed = feedOf(siteOf([{ clearFor: 0 }], [{ allowPrivate: false }]));
    await begin(feed);
    await feedLengths([5, 5, 5, 5]);
    await until(async () => (await log.offsets({ topic: 'dead-letter', partition: 0 })).end === 1);
    expect(received).toEqual([]);
    for await (const { headers } of log.read({ topic: 'dead-letter', partition: 0 }, 0)) expect(headers?.['reason']).toContain('WEBHOOK_PRIVATE');
    feed.put(siteOf([{ clearFor: 0 }]));
    await feedLengths([1]);
    await until(() => received.length === 1);
    expect(received[0]!.state).toBe('resolved');
  });

  test('a rule that is removed or changed while it fires is resolved; a new receiver is told of what comes', async () => {
    const feed = feedOf(siteOf());
    await begin(feed);
    await feedLengths([5, 5, 5, 5]);
    await until(() => received.length === 1);
    feed.put(siteOf([{ when: 'till-3.length > 2', to: ['ops', 'second'] }], [{}, { name: 'second', url: `http://127.0.0.1:${port}/second` }]));
    await until(() => received.length === 2);
    expect(received[1]).toMatchObject({ state: 'resolved', value: null, path: '/ops' });
    await feedLengths([3, 3, 3, 3]);
    await until(() => received.length === 4);
    expect(received.slice(2).map(({ path: at, state }) => `${at} ${state}`).sort()).toEqual(['/ops firing', '/second firing']);
    feed.put(siteOf([]));
    await until(() => received.length === 5);
    expect(received[4]).toMatchObject({ state: 'resolved', path: '/ops' });
  });

  test('a rule that went while the process was down is resolved at the next start', async () => {
    const feed = feedOf(siteOf());
    await begin(feed);
    await feedLengths([5, 5, 5, 5]);
    await until(() => received.length === 1);
    await alerts?.close();
    await begin(feedOf(siteOf([])));
    await until(async () => (await states()).at(-1) === 'resolved');
  });

  test('severity and receivers may change while it fires', async () => {
    const feed = feedOf(siteOf());
    await begin(feed);
    await feedLengths([5, 5, 5, 5]);
    await until(() => received.length === 1);
    feed.put(siteOf([{ severity: 'critical' }]));
    await settle();
    expect(await states()).toEqual(['pending', 'firing']);
    await feedLengths([1, 1, 1]);
    await until(() => received.length === 2);
    expect((await written()).at(-1)).toMatchObject({ state: 'resolved', severity: 'critical' });
  });

  const day = (from: number, until: number): object => ({ from: new Date(start / 1000 + from * 1000).toISOString(), until: new Date(start / 1000 + until * 1000).toISOString(), reason: 'stocktaking' });
  test.each([
    ['all of it', [day(-60, 3600)], []],
    ['the moment it fires', [day(3, 4)], []],
    ['the moment it ends only', [day(5, 3600)], ['firing', 'resolved']],
    ['another time', [day(-3600, 0)], ['firing', 'resolved']],
    ['another rule', [{ ...day(-60, 3600), rules: ['other'] }], ['firing', 'resolved']],
    ['another camera', [{ ...day(-60, 3600), cameras: ['door'] }], ['firing', 'resolved']],
  ])('a silence over %s', async (_, silences, told) => {
    await begin(feedOf(siteOf([{}], [{}], silences)));
    await feedLengths([5, 5, 5, 5, 1, 1, 1]);
    await until(async () => (await states()).length === 3);
    await until(() => received.length >= told.length);
    await settle();
    expect(received.map(({ state }) => state)).toEqual(told);
  });

  test('a flood is cut off at maxPerHour, also over a restart; what was told is also resolved', async () => {
    const feed = feedOf(siteOf([{ for: 0, clearFor: 0 }], [{ maxPerHour: 3 }]));
    await begin(feed);
    await feedLengths([5, 1, 5, 1]);
    await until(() => received.length === 4);
    await restart(feed);
    await feedLengths([5, 1, 5, 1, 5, 1]);
    await until(async () => (await states()).length === 10 && (await log.offsets({ topic: 'dead-letter', partition: 0 })).end === 4);
    await settle();
    expect(received.map(({ state }) => state)).toEqual(['firing', 'resolved', 'firing', 'resolved', 'firing', 'resolved']);
  });

  test('records that cannot be read, and repeated ones, change nothing', async () => {
    await begin(feedOf(siteOf()));
    await feedLengths([5, 5]);
    await producer.send('results', [{ key: 'plaza', value: Buffer.from('{') }, { key: 'plaza', value: null }]);
    seq = 0;
    await feedLengths([1, 1, 5, 5]);
    await until(() => received.length === 1);
    expect(await states()).toEqual(['pending', 'firing']);
  });
});

describe('rules about cameras', () => {
  const wall = Date.now();
  const status = (second: number, changes: Partial<CameraStatus> = {}): CameraStatus => ({
    camera: 'plaza',
    epoch: 1,
    state: 'online',
    since: 0,
    at: wall + second * 1000,
    fpsWanted: 10,
    fpsGot: 10,
    lastFrameAt: wall + second * 1000,
    size: [768, 576],
    dropped: {},
    quiet: 0,
    frames: 1,
    reconnects: 0,
    quality: 'ok',
    ...changes,
  });
  /** One after the other: the topic is compacted, so of several that wait only the last one is seen. */
  async function say(...statuses: CameraStatus[]): Promise<void> {
    for (const each of statuses) {
      await producer.send('camera-status', [{ key: 'plaza', value: Buffer.from(JSON.stringify(each)) }]);
      await systemClock.sleep(20);
    }
  }

  test.each([
    ['plaza.fps < 2', { fpsGot: 1 }],
    ['plaza.online == 0', { state: 'stalled' }],
    ['plaza.quality == 0', { quality: 'blurred' }],
    ['plaza.reconnects > 3', { reconnects: 4 }],
    ['plaza.dropped >= 100', { dropped: { overload: 60, corrupt: 40 } }],
    ['plaza.age > 5', { lastFrameAt: 0 }],
  ] as const)('%s', async (when, changes) => {
    await begin(feedOf(siteOf([{ when, for: 10, clearFor: 5 }])));
    const bad = [10, 15, 20].map((second) => status(second, changes));
    await say(status(0), status(5), ...bad, status(25), status(30));
    await until(() => received.length === 2);
    expect((await written()).map(({ state, at }) => [state, (at / 1000 - wall) / 1000])).toEqual([['pending', 10], ['firing', 20], ['resolved', 30]]);
  });

  test('a camera whose process fell silent counts as offline, also after a restart', async () => {
    let jump = 0;
    const jumping: Clock = { ...hastyClock, now: () => Date.now() + jump };
    const feed = feedOf(siteOf([{ when: 'plaza.online == 0', for: 0, clearFor: 0 }]));
    await begin(feed, jumping);
    await say(status(0));
    await settle();
    expect(received).toEqual([]);
    jump += 31_000;
    await until(() => received.length === 1);
    await alerts?.close();
    await begin(feed, jumping);
    jump += 31_000;
    await settle();
    expect(received.map(({ state }) => state)).toEqual(['firing']);
    await say(status(200));
    await until(() => received.length === 2);
    expect(await states()).toEqual(['firing', 'resolved']);
  });
});
