import { startIngest, type Ingest } from '@sightline/ingest/run';
import { inputSizeFor, type Manifest } from '@sightline/models/manifest';
import { defaultModelsFolder, ensureModel } from '@sightline/models/registry';
import { systemClock, type Clock } from '@sightline/runtime/clock';
import { explain, SightlineError } from '@sightline/runtime/errors';
import type { Log, TopicPartition } from '@sightline/runtime/log/log';
import type { Logger } from '@sightline/runtime/logging';
import { openSiteFeed, publishSite, type SiteFeed } from '@sightline/runtime/site-feed';
import { loadSite } from '@sightline/runtime/site-load';
import type { Camera, CameraStatus, FramePosition, SiteRecord } from '@sightline/schemas';
import { lastPositions } from '@sightline/workers/checkpoint/positions';
import { withDemoClip } from '../demo/clip.js';
import { watchSite } from '../site-watch.js';
import { connectLog, runRole, type Environment, type Role } from './connect.js';
import { startSimulatedCamera, type SimulatedSource } from './simulated-camera.js';
import { pacedProducer, type PacedProducer } from './paced-producer.js';

/**
 * `sightline ingest`: the cameras of its share of the partitions. A consumer group shares them out; which camera runs
 * where follows its partition of `frames`. A live camera begins a new epoch beyond the last one; a recording goes on
 * behind its last result, in its old epoch, so that what a lost ingest had sent already is dropped as seen.
 */
export interface IngestRoleOptions {
  readonly environment: Environment;
  readonly logger: Logger;
  /** Puts this site in force, and every saved change of it; otherwise the site in force is followed. */
  readonly siteFile?: string;
  /** Of JPEG frames, 1..100. */
  readonly jpegQuality?: number;
  readonly clock?: Clock;
  /** Instead of the cameras' sources: for proofs and measurements. */
  readonly simulated?: SimulatedSource;
}

interface Running {
  readonly settings: string;
  readonly ingest: Pick<Ingest, 'stop'>;
}

const group = 'ingest';
const workers = 'workers';
const retryMs = 1000;

export function startIngestRole({ environment, logger, siteFile, jpegQuality, simulated, clock = systemClock }: IngestRoleOptions): Promise<Role> {
  return runRole(async (opened, failed) => {
    const log = opened.add(await connectLog(environment, logger));
    const report = (problem: string): void => logger.warn(problem);
    if (siteFile !== undefined) {
      await publishSite(log, await withDemoClip(await loadSite(siteFile), () => undefined));
      const unwatch = watchSite(siteFile, async (site) => void (await publishSite(log, await withDemoClip(site, () => undefined))), logger);
      opened.add({ close: async () => unwatch() });
    }
    const feed = opened.add(await openSiteFeed({ log, report }));
    const fpsOf = (name: string): number | null => {
      const camera = feed.current().site.cameras.find((one) => one.name === name);
      return camera && (simulated ? simulated.live === true : camera.pace === 'live') ? camera.fps : null;
    };
    const producer = opened.add(await pacedProducer({ log, clock, group: workers, report, fpsOf }));
    const shares = new Shares({ log, feed, producer, clock, environment, jpegQuality, simulated, report });
    opened.add(shares);
    opened.add(
      await log.subscribe({
        group,
        topics: ['frames'],
        membershipOnly: true,
        assigned: async (at, signal) => {
          await shares.take(at, signal);
          return 'end';
        },
        revoked: (at) => shares.letGo(at),
        records: async () => undefined,
        failed,
      }),
    );
  });
}

interface SharesOptions {
  readonly log: Log;
  readonly feed: SiteFeed;
  readonly producer: PacedProducer;
  readonly clock: Clock;
  readonly environment: Environment;
  readonly jpegQuality: number | undefined;
  readonly simulated: SimulatedSource | undefined;
  readonly report: (problem: string) => void;
}

/** The cameras that this process runs: those of its partitions that are in the site. */
class Shares {
  readonly #options: SharesOptions;
  readonly #partitions = new Set<number>();
  readonly #running = new Map<string, Running>();
  readonly #unsubscribe: () => void;
  readonly #manifests = new Map<string, Manifest>();
  #changing: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: SharesOptions) {
    this.#options = options;
    this.#unsubscribe = options.feed.subscribe((record) => void this.#change(() => this.#apply(record)));
  }

  async take({ partition }: TopicPartition, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    this.#partitions.add(partition);
    await this.#change(() => this.#apply(this.#options.feed.current()));
  }

  async letGo({ partition }: TopicPartition): Promise<void> {
    this.#partitions.delete(partition);
    await this.#change(() => this.#apply(this.#options.feed.current()));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#unsubscribe();
    this.#partitions.clear();
    await this.#change(async () => void (await Promise.all([...this.#running.keys()].map((name) => this.#stop(name)))));
  }

  #change(act: () => Promise<void>): Promise<void> {
    this.#changing = this.#changing.then(() => this.#untilDone(act)).catch((error: unknown) => this.#options.report(explain(error)));
    return this.#changing;
  }

  /** Again and again while the log is away: a camera that was not started would stay so. */
  async #untilDone(act: () => Promise<void>): Promise<void> {
    for (let told = false; ; told = true) {
      try {
        return await act();
      } catch (error) {
        if (this.#closed || !(error instanceof SightlineError && error.retryable)) throw error;
        if (!told) this.#options.report(explain(error));
        await this.#options.clock.sleep(retryMs);
      }
    }
  }

  async #apply({ site }: SiteRecord): Promise<void> {
    const { log } = this.#options;
    const mine = new Map(site.cameras.filter(({ name }) => this.#partitions.has(log.partitionOf('frames', name))).map((camera) => [camera.name, camera]));
    const gone = [...this.#running].filter(([name, { settings }]) => JSON.stringify(mine.get(name)) !== settings).map(([name]) => name);
    await Promise.all(gone.map((name) => this.#stop(name)));
    const forgotten = gone.filter((name) => !site.cameras.some((camera) => camera.name === name));
    if (forgotten.length > 0) await this.#options.producer.send('camera-status', forgotten.map((key) => ({ key, value: null })));
    const starting = [...mine.values()].filter(({ name }) => !this.#running.has(name));
    if (starting.length === 0) return;
    const last = await this.#lastPositions(starting);
    for (const camera of starting) await this.#start(camera, last.get(camera.name)).catch((error: unknown) => this.#options.report(`camera "${camera.name}": ${explain(error)}`));
  }

  /** The last position of each camera, from results and, for epochs that gave none yet, from its status. */
  async #lastPositions(cameras: readonly Camera[]): Promise<Map<string, FramePosition>> {
    const { log } = this.#options;
    const last = new Map<string, FramePosition>();
    for (const partition of new Set(cameras.map(({ name }) => log.partitionOf('frames', name)))) for (const [name, position] of await lastPositions(log, partition)) last.set(name, position);
    for (const [name, { value }] of await log.latest('camera-status')) {
      const { epoch } = JSON.parse(Buffer.from(value!).toString('utf8')) as CameraStatus;
      if (epoch > (last.get(name)?.epoch ?? -1)) last.set(name, { epoch, seq: -1 });
    }
    return last;
  }

  async #start(camera: Camera, last: FramePosition | undefined): Promise<void> {
    const { log, feed, producer, clock, environment, jpegQuality, simulated, report } = this.#options;
    const settings = JSON.stringify(camera);
    if (simulated) {
      const goesOn = !simulated.live && last !== undefined;
      const at = goesOn ? { epoch: last.epoch, startAtSeq: last.seq + 1 } : { epoch: simulated.live ? Math.max(Math.round(clock.now()), (last?.epoch ?? 0) + 1) : 1, startAtSeq: 0 };
      this.#running.set(camera.name, { settings, ingest: startSimulatedCamera(camera.name, simulated, at, producer, report) });
      return;
    }
    const manifest = this.#manifests.get(camera.model) ?? (await ensureModel(camera.model, defaultModelsFolder()));
    this.#manifests.set(camera.model, manifest);
    const goesOn = camera.pace === 'fast' && last !== undefined;
    const now = Math.round(clock.now());
    const ingest = await startIngest({
      feed: { current: () => feed.current(), subscribe: () => () => undefined },
      log: { ...facade(log), producer: async () => ({ send: (topic, records) => producer.send(topic, records), close: async () => undefined }) },
      size: (_, width, height) => analysisSize(camera, manifest, width, height),
      encode: 'jpeg',
      ...(jpegQuality !== undefined && { jpegQuality }),
      cameras: (name) => name === camera.name,
      // Beyond every epoch seen, even where this machine's clock is behind.
      epoch: goesOn ? last.epoch : Math.max(now, (last?.epoch ?? 0) + 1),
      ...(goesOn && { startAtSeq: () => last.seq + 1 }),
      clock,
      environment,
      report,
    });
    this.#running.set(camera.name, { settings, ingest });
  }

  async #stop(name: string): Promise<void> {
    const running = this.#running.get(name);
    this.#running.delete(name);
    await running?.ingest.stop();
  }
}

/** The methods of a log as plain functions, so that one may be put in place of another. */
function facade(log: Log): Log {
  return {
    ensureTopics: (specs) => log.ensureTopics(specs),
    partitions: (topic) => log.partitions(topic),
    partitionOf: (topic, key) => log.partitionOf(topic, key),
    producer: (options) => log.producer(options),
    subscribe: (options) => log.subscribe(options),
    read: (at, from, to, signal) => log.read(at, from, to, signal),
    latest: (topic, partition) => log.latest(topic, partition),
    offsets: (at) => log.offsets(at),
    committed: (name, topic) => log.committed(name, topic),
    close: () => log.close(),
  };
}

function analysisSize(camera: Camera, manifest: Manifest, sourceWidth: number, sourceHeight: number): { width: number; height: number } {
  if (camera.analysisWidth === undefined) return inputSizeFor(manifest, sourceWidth, sourceHeight);
  const toStride = (pixels: number): number => Math.max(manifest.stride, Math.round(pixels / manifest.stride) * manifest.stride);
  if (sourceWidth <= 0) throw new SightlineError('SOURCE_UNREADABLE', `camera "${camera.name}": the source picture has no width`);
  return { width: toStride(camera.analysisWidth), height: toStride((camera.analysisWidth * sourceHeight) / sourceWidth) };
}
