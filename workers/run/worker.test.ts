import { openMemoryLog } from '@sightline/runtime/log/memory/memory-log';
import type { Log } from '@sightline/runtime/log/log';
import { openSiteFeed, publishSite } from '@sightline/runtime/site-feed';
import { siteSchema, comparePositions, type Detector, type FramePosition, type ResultsRecord, type Site } from '@sightline/schemas';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createDriftSketcher } from '../drift/create.js';
import { createTracker } from '../track/create.js';
import { createZone } from '../zones/create.js';
import { simulatedDetector, simulatedFrame, type SimulatedFrame } from './simulated-detector.js';
import { startWorker, type Worker, type WorkerOptions } from './worker.js';

const parts = { createTracker: (restored?: unknown) => createTracker({}, restored), createZone, createDriftSketcher: (restored?: unknown) => createDriftSketcher({}, restored) };
const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

function siteOf(cameras: readonly string[], lineAt = 0.5): Site {
  return siteSchema.parse({
    cameras: cameras.map((name) => ({ name, source: 'x.avi' })),
    zones: cameras.flatMap((camera) => [
      { name: `${camera}-line`, kind: 'line', camera, line: [[lineAt, 0], [lineAt, 1]] },
      { name: `${camera}-area`, kind: 'area', camera, polygon: [[0.2, 0], [0.8, 0], [0.8, 1], [0.2, 1]] },
    ]),
  });
}

async function folder(): Promise<string> {
  const made = await mkdtemp(path.join(tmpdir(), 'worker-'));
  closers.push(() => rm(made, { recursive: true, force: true }));
  return made;
}

async function openLog(options: Parameters<typeof openMemoryLog>[0] = {}): Promise<Log> {
  const log = await openMemoryLog({ partitions: 2, ...options });
  closers.push(() => log.close());
  return log;
}

async function work(log: Log, extra: Partial<WorkerOptions> = {}): Promise<Worker & { problems: string[] }> {
  const site = await openSiteFeed({ log, everySeconds: 0.02 });
  closers.push(() => site.close());
  const problems: string[] = [];
  const detector = simulatedDetector({ seconds: 0 });
  const worker = await startWorker({ log, site, parts, detectors: async () => detector, report: (problem) => problems.push(problem), ...extra });
  closers.push(() => worker.close());
  return { ...worker, problems };
}

async function publish(log: Log, frames: readonly SimulatedFrame[]): Promise<void> {
  const producer = await log.producer();
  for (const frame of frames) await producer.send('frames', [simulatedFrame(frame)]);
  await producer.close();
}

function sequence(cameras: readonly string[], from: number, to: number): SimulatedFrame[] {
  return Array.from({ length: to - from }, (_, n) => cameras.map((camera) => ({ camera, seq: from + n, quiet: (from + n) % 13 === 5 }))).flat();
}

/** Results as a consumer by position sees them: duplicates dropped, order per camera checked. */
async function said(log: Log): Promise<Map<string, ResultsRecord[]>> {
  const byCamera = new Map<string, ResultsRecord[]>();
  for (let partition = 0; partition < (await log.partitions('results')); partition++) {
    const { begin } = await log.offsets({ topic: 'results', partition });
    for await (const stored of log.read({ topic: 'results', partition }, begin)) {
      const record = JSON.parse(Buffer.from(stored.value!).toString()) as ResultsRecord;
      const before = byCamera.get(record.input.camera) ?? [];
      byCamera.set(record.input.camera, before);
      const last: FramePosition | undefined = before.at(-1)?.input;
      if (!last || comparePositions(record.input, last) > 0) before.push(record);
    }
  }
  return byCamera;
}

function essence(records: readonly ResultsRecord[]): unknown[] {
  return records.map(({ v, input, tracks, events, samples, finished, drift }) => ({ v, input, tracks, events, samples, finished, drift }));
}

async function undisturbed(cameras: readonly string[], to: number): Promise<Map<string, ResultsRecord[]>> {
  const log = await openLog();
  await publishSite(log, siteOf(cameras));
  const worker = await work(log);
  await publish(log, sequence(cameras, 0, to));
  await worker.idle();
  return said(log);
}

describe('worker', () => {
  const cameras = ['door', 'hall', 'yard'];

  it('writes one record per frame, in order, with events', async () => {
    const results = await undisturbed(cameras, 150);
    for (const camera of cameras) {
      expect(results.get(camera)!.map(({ input }) => input.seq)).toEqual(Array.from({ length: 150 }, (_, n) => n));
      expect(results.get(camera)!.flatMap(({ events }) => events).filter(({ kind }) => kind === 'crossed').length).toBeGreaterThan(2);
    }
    expect(results.get('door')!.filter(({ input }) => input.state === 'quiet').length).toBe(12);
  });

  it('goes on after each stop as if it had never stopped', async () => {
    const expected = await undisturbed(cameras, 200);
    const where = await folder();
    for (const [from, to] of [[0, 37], [37, 38], [38, 120], [120, 200]] as const) {
      const log = await openMemoryLog({ folder: where, partitions: 2 });
      await publishSite(log, siteOf(cameras));
      const worker = await work(log);
      // What an ingest that starts again may repeat.
      await publish(log, sequence(cameras, Math.max(0, from - 5), to));
      await worker.idle();
      expect(worker.problems).toEqual([]);
      await worker.close();
      if (to === 200) for (const camera of cameras) expect(essence((await said(log)).get(camera)!)).toEqual(essence(expected.get(camera)!));
      await log.close();
    }
  });

  it('shuts out an owner that does not know it has lost its partition', async () => {
    const expected = await undisturbed(cameras, 120);
    const log = await openLog({ frameRecords: 1000 });
    await publishSite(log, siteOf(cameras));
    const slow = simulatedDetector({ seconds: 0.004 });
    const zombie = await work(log, { group: 'old', detectors: async () => slow });
    const publishing = publish(log, sequence(cameras, 0, 120));
    await new Promise((resolve) => setTimeout(resolve, 150));
    const heir = await work(log, { group: 'new' });
    await publishing;
    await heir.idle();
    await zombie.close();
    await heir.close();
    const results = await said(log);
    for (const camera of cameras) expect(essence(results.get(camera)!)).toEqual(essence(expected.get(camera)!));
  });

  it('falls back to the older checkpoint when the newer one is damaged, and says so', async () => {
    const expected = await undisturbed(['door'], 300);
    const where = await folder();
    const first = await openMemoryLog({ folder: where, partitions: 1 });
    await publishSite(first, siteOf(['door']));
    const worker = await work(first, { checkpointSeconds: 1, clock: quickClock() });
    await publish(first, sequence(['door'], 0, 200));
    await worker.close();
    const newest = [...(await first.latest('checkpoints', 0))].filter(([key]) => key.startsWith('door/')).sort(([, a], [, b]) => b.offset - a.offset)[0]!;
    const producer = await first.producer();
    await producer.send('checkpoints', [{ key: newest[0], partition: 0, value: Buffer.from('{"v":1,"cam') }]);
    await first.close();
    const second = await openMemoryLog({ folder: where, partitions: 1 });
    closers.push(() => second.close());
    const heir = await work(second);
    await publish(second, sequence(['door'], 190, 300));
    await heir.idle();
    expect(heir.problems).toEqual([expect.stringContaining('is damaged; the older one is used')]);
    expect(essence((await said(second)).get('door')!)).toEqual(essence(expected.get('door')!));
  });

  it('stops before a record of a newer form', async () => {
    const log = await openLog({ partitions: 1 });
    await publishSite(log, siteOf(['door']));
    const producer = await log.producer();
    await producer.send('results', [{ key: 'door', value: Buffer.from('{"v":99}') }]);
    let failure: unknown;
    const worker = await work(log, { failed: (error) => (failure = error) });
    await worker.idle();
    expect(failure).toMatchObject({ code: 'RECORD_NEWER' });
  });

  it('passes over a poison result record', async () => {
    const log = await openLog({ partitions: 1 });
    await publishSite(log, siteOf(['door']));
    const first = await work(log);
    await publish(log, sequence(['door'], 0, 20));
    await first.idle();
    await first.close();
    const producer = await log.producer();
    await producer.send('results', [{ key: 'door', value: Buffer.from('not json') }, { key: 'door', value: Buffer.from('[]') }]);
    const heir = await work(log);
    await publish(log, sequence(['door'], 20, 40));
    await heir.idle();
    expect(heir.problems).toHaveLength(2);
  });

  it('sends a frame that cannot be read to dead-letter and goes on', async () => {
    const log = await openLog({ partitions: 1 });
    await publishSite(log, siteOf(['door']));
    const worker = await work(log);
    const producer = await log.producer();
    const whole = simulatedFrame({ camera: 'door', seq: 1 });
    await producer.send('frames', [simulatedFrame({ camera: 'door', seq: 0 }), { key: 'door', value: new Uint8Array(3), headers: { camera: 'door' } }, { ...whole, value: new Uint8Array(10) }, simulatedFrame({ camera: 'door', seq: 2 })]);
    await worker.idle();
    const results = (await said(log)).get('door')!;
    expect(results.map(({ input }) => input.state)).toEqual(['inferred', 'failed', 'inferred']);
    const dead = [];
    for await (const record of log.read({ topic: 'dead-letter', partition: 0 }, 0)) dead.push(record.headers);
    expect(dead).toEqual([expect.objectContaining({ topic: 'frames', offset: '1' }), expect.objectContaining({ topic: 'frames', offset: '2' })]);
  });

  it('records the configuration that was in force, and a takeover applies it at the same frames', async () => {
    const log = await openLog({ partitions: 1, frameRecords: 1000 });
    const before = await publishSite(log, siteOf(['door']));
    const first = await work(log, { checkpointSeconds: 1000 });
    await publish(log, sequence(['door'], 0, 80));
    await first.idle();
    const after = await publishSite(log, siteOf(['door'], 0.3));
    await new Promise((resolve) => setTimeout(resolve, 100));
    await publish(log, sequence(['door'], 80, 160));
    await first.idle();
    const heir = await work(log, { group: 'new' });
    await publish(log, sequence(['door'], 160, 200));
    await heir.idle();
    expect(heir.problems).toEqual([]);
    const versions = (await said(log)).get('door')!.map(({ input }) => input.site);
    expect([versions[79], versions[80], versions[199]]).toEqual([before.version, after.version, after.version]);
  });

  it('passes over a camera that is not in the site, says so once, and the others go on', async () => {
    const log = await openLog({ partitions: 1, frameRecords: 4 });
    await publishSite(log, siteOf(['door']));
    const worker = await work(log);
    await publish(log, sequence(['gone', 'door'], 0, 60));
    await worker.idle();
    expect((await said(log)).get('door')).toHaveLength(60);
    expect((await said(log)).get('gone')).toBeUndefined();
    expect(worker.problems).toEqual([expect.stringContaining('"gone" is not in the site')]);
  });

  it('does not let a slow camera hold up the others of its partition', async () => {
    const log = await openLog({ partitions: 1, frameRecords: 1000 });
    await publishSite(log, siteOf(['slow', 'quick']));
    const detector = simulatedDetector({ seconds: 0 });
    const sometimes: Detector = { ...detector, detect: async (request) => {
      if (request.camera === 'slow') await new Promise((resolve) => setTimeout(resolve, 50));
      return detector.detect(request);
    } };
    const worker = await work(log, { detectors: async () => sometimes, concurrency: 8 });
    const publishing = publish(log, [...sequence(['slow'], 0, 3), ...sequence(['quick'], 0, 3)]);
    await publishing;
    await worker.idle();
    const order: string[] = [];
    for await (const record of log.read({ topic: 'results', partition: 0 }, 0)) order.push(record.key);
    expect(order.slice(0, 3)).toEqual(['quick', 'quick', 'quick']);
  });

  it('drops waiting frames of a live camera that outruns it, and counts them', async () => {
    const log = await openLog({ partitions: 1 });
    await publishSite(log, siteOf(['door']));
    const detector = simulatedDetector({ seconds: 0.01 });
    const worker = await work(log, { detectors: async () => detector, concurrency: 1, maxWaitingLive: 2, prefetchFrames: 8 });
    await publish(log, sequence(['door'], 0, 60).map((frame) => ({ ...frame, recording: false })));
    await worker.idle();
    const results = (await said(log)).get('door')!;
    const lost = results.reduce((sum, { input }) => sum + (input.dropped.overload ?? 0), 0);
    expect(lost).toBeGreaterThan(10);
    expect(results.length + lost).toBe(60);
  });
});

/** A clock that leaps, so that checkpoints are never held back by the wall. */
function quickClock(): NonNullable<WorkerOptions['clock']> {
  let now = 0;
  return { now: () => (now += 1000), random: () => 0.5, sleep: (ms) => new Promise((resolve) => setTimeout(resolve, Math.min(ms, 5))) };
}
