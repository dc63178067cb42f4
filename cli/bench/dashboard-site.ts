import { startGateway, type Gateway } from '@sightline/dashboard/gateway/server';
import { openMemoryLog } from '@sightline/runtime/log/memory/memory-log';
import type { Picture } from '@sightline/runtime/pictures';
import { openSiteFeed, publishSite } from '@sightline/runtime/site-feed';
import { openEmbeddedStore } from '@sightline/runtime/store/embedded';
import { migrate } from '@sightline/runtime/store/migrate';
import type { Store } from '@sightline/runtime/store/store';
import { siteSchema, type FrameHeader, type ResultsRecord, type Site, type Track } from '@sightline/schemas';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** A gateway on the real log and store, fed with made-up results at a chosen rate: what is measured is the dashboard alone. */
export interface BenchSite {
  readonly url: string;
  readonly gateway: Gateway;
  /** One results record of every camera, with its picture; at this time (ms), default now. */
  publish(at?: number): Promise<void>;
  /** Publishes so many times a second until stopped. */
  play(perSecond: number): () => void;
  close(): Promise<void>;
}

const objectsPerCamera = 6;
const pictureWidth = 512;
const pictureHeight = 288;

export interface BenchSiteOptions {
  /** Names of cameras; default `camera-1` and on. */
  readonly names?: readonly string[];
  /** Fills the migrated store before the gateway starts. */
  readonly fill?: (store: Store) => Promise<void>;
}

export async function startBenchSite(cameras: number, { names, fill }: BenchSiteOptions = {}): Promise<BenchSite> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sightline-bench-'));
  const log = await openMemoryLog({ partitions: 4, folder: path.join(folder, 'log') });
  const store = await openEmbeddedStore({ folder: path.join(folder, 'store') });
  await migrate(store);
  await fill?.(store);
  await publishSite(log, siteOf(names ?? Array.from({ length: cameras }, (_, i) => `camera-${i + 1}`)));
  const siteFeed = await openSiteFeed({ log });
  const producer = await log.producer();
  const takers = new Map<string, Set<(picture: Picture) => void>>();
  const pixels = scene();
  const gateway = await startGateway({
    log,
    store,
    siteFeed,
    pictures: {
      watch(camera, take) {
        const all = takers.get(camera) ?? new Set();
        takers.set(camera, all.add(take));
        return () => all.delete(take);
      },
    },
    pagesFolder: fileURLToPath(new URL(import.meta.url.endsWith('.ts') ? '../../dashboard/out' : '../../../dashboard/out', import.meta.url)),
    host: '127.0.0.1',
    port: 0,
    dataFolder: folder,
    requestsPerSecond: 0,
    evidence: false,
  });
  let seq = 0;
  const timers = new Set<NodeJS.Timeout>();

  async function publish(time = Date.now()): Promise<void> {
    const at = time * 1000;
    seq += 1;
    const { site } = siteFeed.current();
    await producer.send(
      'results',
      site.cameras.map(({ name }) => {
        const record = recordOf(site, name, seq, at);
        for (const take of takers.get(name) ?? []) take({ header: headerOf(name, seq, at), bytes: pixels });
        return { key: name, value: Buffer.from(JSON.stringify(record)) };
      }),
    );
  }

  return {
    url: gateway.url,
    gateway,
    publish,
    play(perSecond) {
      const timer = setInterval(() => void publish(), 1000 / perSecond);
      timers.add(timer);
      return () => clearInterval(timer);
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      await gateway.close();
      await siteFeed.close();
      await producer.close();
      await log.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Shapes and a little grain: a JPEG of it is about as large as one of a real scene. */
function scene(): Uint8Array {
  const pixels = new Uint8Array(pictureWidth * pictureHeight * 3);
  for (let i = 0; i < pixels.length; i++) {
    const x = Math.floor(i / 3) % pictureWidth;
    const y = Math.floor(i / 3 / pictureWidth);
    pixels[i] = 110 + 60 * Math.sin(x / 23 + (i % 3)) * Math.cos(y / 17) + ((x * 7919 + y * 104_729) % 16);
  }
  return pixels;
}

function siteOf(names: readonly string[]): Site {
  return siteSchema.parse({
    site: { name: 'bench' },
    cameras: names.map((name) => ({ name, source: 'bench.mp4', privacy: { blurHeads: false } })),
    zones: names.flatMap((camera, i) => [
      { name: `queue-${i + 1}`, kind: 'queue', camera, polygon: [[0.1, 0.4], [0.4, 0.4], [0.4, 0.8], [0.1, 0.8]] },
      { name: `line-${i + 1}`, kind: 'line', camera, line: [[0.5, 0.3], [0.5, 0.9]] },
    ]),
  });
}

function headerOf(camera: string, seq: number, at: number): FrameHeader {
  return { camera, epoch: 1, seq, capturedAt: at, width: pictureWidth, height: pictureHeight, encoding: 'rgb24', recording: false, dropped: {}, quality: { brightness: 120, contrast: 50, sharpness: 10, state: 'ok' }, motion: [0, 0] };
}

function recordOf(site: Site, camera: string, seq: number, at: number): ResultsRecord {
  const tracks = Array.from({ length: objectsPerCamera }, (_, i): Track => ({ id: `1-${i}`, cls: 'person', score: 0.8, since: at, coasting: 0, x: ((seq / 100 + i / objectsPerCamera) % 1) * 0.9, y: 0.3 + 0.05 * i, w: 0.05, h: 0.2 }));
  const zones = site.zones.filter((zone) => zone.camera === camera);
  const { width, height, encoding, ...header } = headerOf(camera, seq, at);
  void [width, height, encoding];
  return {
    v: 1,
    input: { ...header, state: 'inferred', site: '', model: 'bench', aspect: pictureWidth / pictureHeight, detections: [] },
    partition: 0,
    offset: seq,
    tracks,
    events: seq % 25 === 0 ? [{ id: `${camera}/${zones[1]!.name}/1-${seq}-0`, kind: 'crossed', zone: zones[1]!.name, zoneKind: 'line', at, direction: 'in', cls: 'person', point: [0.5, 0.6] }] : [],
    samples: zones.map((zone) => ({ zone: zone.name, zoneKind: zone.kind, at, measures: zone.kind === 'queue' ? { length: seq % 7, wait: seq % 300 } : { in: seq, out: 0 }, coverage: 1 })),
    finished: [],
    drift: [],
  };
}
