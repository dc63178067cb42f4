import { startGateway, type Gateway, type GatewayOptions } from '@sightline/dashboard/gateway/server';
import { openMemoryLog } from '@sightline/runtime/log/memory/memory-log';
import type { Log, Producer } from '@sightline/runtime/log/log';
import type { Picture, PictureFeed } from '@sightline/runtime/pictures';
import { createLogger } from '@sightline/runtime/logging';
import { createSiteFile } from '@sightline/runtime/site-file';
import { openSiteFeed, publishSite } from '@sightline/runtime/site-feed';
import { openEmbeddedStore } from '@sightline/runtime/store/embedded';
import { migrate } from '@sightline/runtime/store/migrate';
import type { Store } from '@sightline/runtime/store/store';
import { inputOf, siteSchema, type AlertRecord, type Camera, type CameraStatus, type FrameHeader, type ResultsRecord, type Site, type SiteInput } from '@sightline/schemas';
import { createDriftSketcher } from '@sightline/workers/drift/create';
import { createPipeline, type Pipeline } from '@sightline/workers/pipeline';
import { startSink, type Sink } from '@sightline/workers/sink/sink';
import { createTracker } from '@sightline/workers/track/create';
import { createZone } from '@sightline/workers/zones/create';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { previewZone } from 'sightline/preview-zone';
import { watchSite } from 'sightline/site-watch';
import { stringify } from 'yaml';
import { fileURLToPath } from 'node:url';
import { repository, type Footage } from './footage.js';

/**
 * A whole site in this process, from real parts but for the detector: footage and its ground truth go through the real tracker, zones, log, sink,
 * store and gateway. So a browser test knows what must be on the page, and costs no inference.
 *
 *     const site = await startGeneratedSite({ site: plazaSite, footage: new Map([['plaza', footage]]) });
 *     site.play(50);
 */
export interface GeneratedSite {
  readonly url: string;
  readonly log: Log;
  readonly store: Store;
  readonly folder: string;
  readonly siteFile: string;
  readonly gateway: Gateway;
  /** What the gateway was started with, for another one beside it. */
  readonly gatewayOptions: Omit<GatewayOptions, 'port'>;
  /** Puts one frame of each playing camera through, at this time (ms). */
  frame(at?: number): Promise<void>;
  /** Goes on by itself at the footage's speed until stopped. */
  play(fps: number): () => void;
  status(camera: string, change: Partial<CameraStatus>): Promise<void>;
  alert(alert: AlertRecord): Promise<void>;
  /** Cameras that give no more frames. */
  readonly silent: Set<string>;
  /** Kills the gateway's sockets and port, as a crash would; `revive` starts it on the same port. */
  stopGateway(): Promise<void>;
  revive(): Promise<void>;
  drained(): Promise<void>;
  change(site: SiteInput): Promise<void>;
  close(): Promise<void>;
}

export interface GeneratedOptions {
  readonly site: SiteInput;
  readonly footage: ReadonlyMap<string, Footage>;
  readonly port?: number;
  readonly extra?: Partial<GatewayOptions>;
  /** Log and store that can be taken away under the site; default: in this process. Closed with the site. */
  readonly log?: Log;
  readonly store?: Store;
}

const logger = createLogger({ level: 'error' });

export const pagesFolder = fileURLToPath(new URL('dashboard/out', repository));

export async function startGeneratedSite(options: GeneratedOptions): Promise<GeneratedSite> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sightline-site-'));
  const log = options.log ?? (await openMemoryLog({ partitions: 2 }));
  const store = options.store ?? (await openEmbeddedStore({ folder: path.join(folder, 'store') }));
  await migrate(store);
  const sink: Sink = await startSink({ log, store });
  const producer: Producer = await log.producer();
  const siteFile = path.join(folder, 'site.yaml');
  await writeFile(siteFile, stringify(options.site));
  await publishSite(log, siteSchema.parse(options.site));
  const feed = await openSiteFeed({ log, everySeconds: 0.1 });
  const pictures = createPictures();
  const cameras = new Map<string, PlayingCamera>();
  const silent = new Set<string>();
  place();

  function place(): void {
    const { site } = feed.current();
    for (const camera of site.cameras) {
      const zones = site.zones.filter((zone) => (zone.camera ?? site.cameras[0]!.name) === camera.name);
      const known = cameras.get(camera.name);
      if (known) known.pipeline.reconfigure({ camera, zones });
      else {
        const pipeline = createPipeline({ camera, zones }, { createTracker: (restored) => createTracker({}, restored), createZone, createDriftSketcher: (restored) => createDriftSketcher({}, restored) });
        cameras.set(camera.name, { camera, pipeline, epoch: Date.now(), seq: 0 });
      }
    }
  }

  async function applySite(site: Site): Promise<void> {
    await publishSite(log, site);
    await feed.refresh();
    place();
  }

  async function status(name: string, change: Partial<CameraStatus>): Promise<void> {
    const playing = cameras.get(name)!;
    const footage = options.footage.get(name);
    const now = Date.now();
    const value: CameraStatus = { camera: name, epoch: playing.epoch, state: 'online', since: playing.epoch, at: now, fpsWanted: playing.camera.fps, fpsGot: playing.camera.fps, lastFrameAt: now, size: footage ? [footage.width, footage.height] : null, dropped: {}, quiet: 0, frames: playing.seq, reconnects: 0, quality: 'ok', ...change };
    await producer.send('camera-status', [{ key: name, value: encode(value) }]);
  }

  async function frame(at = Date.now()): Promise<void> {
    for (const playing of cameras.values()) {
      const footage = options.footage.get(playing.camera.name);
      if (!footage || silent.has(playing.camera.name)) continue;
      const { header, record } = step(playing, footage, feed.current().version, at);
      pictures.give({ header, bytes: footage.frames[playing.seq % footage.frames.length]!.slice() });
      await producer.send('results', [{ key: playing.camera.name, value: encode(record) }]);
      if (playing.seq % Math.ceil(playing.camera.fps) === 0) await status(playing.camera.name, {});
      playing.seq += 1;
    }
  }

  const gatewayOptions = { log, store, siteFeed: feed, pictures, pagesFolder, host: '127.0.0.1', dataFolder: folder, siteFile: createSiteFile(siteFile, { versions: path.join(folder, 'versions') }), previewZone, ...options.extra };
  const unwatchFile = watchSite(siteFile, applySite, logger);
  let gateway = await startGateway({ ...gatewayOptions, port: options.port ?? 0 });
  const port = Number(new URL(gateway.url).port);
  const stops = new Set<() => void>();

  return {
    url: gateway.url,
    log,
    store,
    folder,
    siteFile,
    gatewayOptions,
    get gateway() {
      return gateway;
    },
    silent,
    frame,
    play(fps) {
      let busy = false;
      const timer = setInterval(() => {
        if (busy) return;
        busy = true;
        void frame().finally(() => (busy = false));
      }, 1000 / fps);
      const stop = (): void => {
        clearInterval(timer);
        stops.delete(stop);
      };
      stops.add(stop);
      return stop;
    },
    status,
    alert: async (alert) => void (await producer.send('alerts', [{ key: alert.rule, value: encode(alert) }])),
    stopGateway: () => gateway.close(),
    async revive() {
      gateway = await startGateway({ ...gatewayOptions, port });
    },
    drained: () => sink.drained(),
    change: (site) => applySite(siteSchema.parse(site)),
    async close() {
      unwatchFile();
      for (const stop of stops) stop();
      await gateway.close();
      await feed.close();
      await sink.close();
      await producer.close();
      await log.close();
      await store.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface PlayingCamera {
  readonly camera: Camera;
  readonly pipeline: Pipeline;
  readonly epoch: number;
  seq: number;
}

function step({ camera, pipeline, epoch, seq }: PlayingCamera, footage: Footage, site: string, at: number): { header: FrameHeader; record: ResultsRecord } {
  const header: FrameHeader = { camera: camera.name, epoch, seq, capturedAt: at * 1000, width: footage.width, height: footage.height, encoding: 'rgb24', recording: false, dropped: {}, quality: { brightness: 120, contrast: 50, sharpness: 10, state: 'ok' }, motion: [0, 0] };
  const input = { ...inputOf(header), state: 'inferred' as const, site, model: 'truth@000000000000', aspect: footage.width / footage.height, detections: footage.detections[seq % footage.frames.length]! };
  return { header, record: { v: 1, input, partition: 0, offset: seq, ...pipeline.step(input) } };
}

function createPictures(): PictureFeed & { give(picture: Picture): void } {
  const takers = new Map<string, Set<(picture: Picture) => void>>();
  return {
    watch(camera, take) {
      const all = takers.get(camera) ?? new Set();
      takers.set(camera, all.add(take));
      return () => all.delete(take);
    },
    give(picture) {
      for (const take of takers.get(picture.header.camera) ?? []) take(picture);
    },
  };
}

function encode(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}
