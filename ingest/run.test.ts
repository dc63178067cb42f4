import path from 'node:path';
import sharp from 'sharp';
import { afterEach, describe, expect, it } from 'vitest';
import { decodeFrameHeader, siteSchema, topics, type CameraStatus, type FrameHeader, type SiteRecord } from '@sightline/schemas';
import { openMemoryLog } from '@sightline/runtime/log/memory/memory-log';
import type { Log } from '@sightline/runtime/log/log';
import type { Picture } from '@sightline/runtime/pictures';
import { startIngest, type Ingest, type IngestOptions } from './run.js';
import { clipsFolder } from './test-footage.js';

type CameraInput = Record<string, unknown> & { name: string };

function record(version: string, cameras: readonly CameraInput[]): SiteRecord {
  return { v: 1, version, site: siteSchema.parse({ cameras: cameras.map((camera) => ({ source: path.join(clipsFolder, 'traffic.mp4'), loop: true, ...camera })) }) };
}

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** A log whose frames are read, a site that can change, and an ingest on them. */
async function ingestOf(cameras: readonly CameraInput[], options: Partial<IngestOptions> = {}): Promise<{ log: Log; ingest: Ingest; frames: { header: FrameHeader; value: Uint8Array }[]; change: (cameras: readonly CameraInput[]) => void }> {
  const log = await openMemoryLog();
  closing.push(() => log.close());
  await log.ensureTopics(topics);
  const frames: { header: FrameHeader; value: Uint8Array }[] = [];
  const subscription = await log.subscribe({
    group: 'test',
    topics: ['frames'],
    assigned: async () => 'begin',
    records: async (batch, context) => {
      for (const { headers, value, offset } of batch) {
        const header = decodeFrameHeader(headers);
        if ('invalid' in header) throw new Error(header.invalid);
        frames.push({ header, value: value! });
        await context.commit(offset + 1);
      }
    },
  });
  closing.push(() => subscription.close());
  let current = record('1', cameras);
  const listeners = new Set<(record: SiteRecord) => void>();
  const ingest = await startIngest({
    feed: {
      current: () => current,
      subscribe: (listener) => {
        listeners.add(listener);
        return () => void listeners.delete(listener);
      },
    },
    log,
    size: () => ({ width: 128, height: 64 }),
    ...options,
  });
  closing.push(() => ingest.stop());
  return {
    log,
    ingest,
    frames,
    change: (changed) => {
      current = record(String(Number(current.version) + 1), changed);
      for (const listener of listeners) listener(current);
    },
  };
}

async function until(what: string, condition: () => boolean | Promise<boolean>, seconds = 20): Promise<void> {
  for (const deadline = Date.now() + seconds * 1000; !(await condition()); await new Promise((resolve) => setTimeout(resolve, 30))) {
    if (Date.now() > deadline) throw new Error(`${what}: not within ${seconds} s`);
  }
}

describe('ingest of a site', () => {
  it('puts the frames of every camera on the log, each in its order, and their status beside', async () => {
    const { log, ingest, frames } = await ingestOf([{ name: 'a' }, { name: 'b', fps: 5 }]);
    const of = (camera: string): FrameHeader[] => frames.map(({ header }) => header).filter((header) => header.camera === camera);
    await until('frames', () => of('a').length > 5 && of('b').length > 3);
    for (const camera of ['a', 'b']) of(camera).forEach(({ seq }, i) => expect(seq).toBe(i));
    for (const { header, value } of frames) expect(value.length).toBe(header.encoding === 'none' ? 0 : 128 * 64 * 3);
    const latest = await log.latest('camera-status');
    expect([...latest.keys()].sort()).toEqual(['a', 'b']);
    expect(JSON.parse(Buffer.from(latest.get('a')!.value!).toString())).toMatchObject({ camera: 'a', state: 'online' } satisfies Partial<CameraStatus>);
    expect(ingest.statuses().get('b')).toMatchObject({ fpsWanted: 5 });
  });

  it('restarts only what a change of the site changes', async () => {
    const { log, frames, change } = await ingestOf([{ name: 'same' }, { name: 'faster', fps: 5 }, { name: 'gone' }]);
    const epochs = (camera: string): number[] => [...new Set(frames.filter(({ header }) => header.camera === camera).map(({ header }) => header.epoch))];
    await until('frames', () => ['same', 'faster', 'gone'].every((name) => epochs(name).length === 1));
    change([{ name: 'same', confidence: 0.7 }, { name: 'faster', fps: 15 }, { name: 'new' }]);
    await until('the change', () => epochs('faster').length === 2 && epochs('new').length === 1);
    const before = frames.length;
    await until('frames of the unchanged one', () => frames.slice(before).some(({ header }) => header.camera === 'same'));
    expect(epochs('same')).toHaveLength(1);
    expect(frames.slice(before).some(({ header }) => header.camera === 'gone')).toBe(false);
    await until('the status of the one that is gone to go', async () => !(await log.latest('camera-status')).has('gone'));
  });

  it('compresses frames for a broker', async () => {
    const { frames } = await ingestOf([{ name: 'a' }], { encode: 'jpeg' });
    await until('a frame', () => frames.length > 0);
    expect(frames[0]!.header).toMatchObject({ encoding: 'jpeg', width: 128, height: 64 });
    expect(await sharp(frames[0]!.value).metadata()).toMatchObject({ format: 'jpeg', width: 128, height: 64 });
  });

  it('says how each recording ended, once all have', async () => {
    const { ingest, frames } = await ingestOf([
      { name: 'good', loop: false, pace: 'fast', fps: 30 },
      { name: 'bad', loop: false, pace: 'fast', source: '/nowhere.mp4' },
    ]);
    const ends = await ingest.done;
    expect(ends.get('good')).toEqual({ frames: 499 });
    expect(ends.get('bad')!.error?.code).toBe('SOURCE_NOT_FOUND');
    await until('the last frame', () => frames.at(-1)?.header.seq === 498);
  });

  it('gives pictures to who watches, copies that stay whole, and none afterwards', async () => {
    const { ingest } = await ingestOf([{ name: 'a', fps: 30 }]);
    const pictures: Picture[] = [];
    const leave = ingest.pictures.watch('a', (picture) => pictures.push(picture));
    await until('pictures', () => pictures.length > 4);
    leave();
    const count = pictures.length;
    const seconds = (pictures.at(-1)!.header.capturedAt - pictures[0]!.header.capturedAt) / 1e6;
    expect((count - 1) / seconds).toBeLessThan(12);
    expect(new Set(pictures.map(({ bytes }) => bytes.buffer)).size).toBe(count);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(pictures).toHaveLength(count);
  });
});
