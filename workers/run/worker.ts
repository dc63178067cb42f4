import { systemClock, type Clock } from '@sightline/runtime/clock';
import { explain } from '@sightline/runtime/errors';
import type { Log, StoredRecord, TopicPartition } from '@sightline/runtime/log/log';
import type { SiteFeed } from '@sightline/runtime/site-feed';
import type { Detector, FrameHeader, Site, SiteRecord } from '@sightline/schemas';
import type { PipelineParts } from '../pipeline.js';
import type { Gathering } from './results-writer.js';
import { PartitionWork } from './partition-work.js';
import { setupsOf, type CameraSetup } from './setup.js';
import { Turns } from './turns.js';

/**
 * A worker: frames → detect → track → zones → drift → results, by the architecture's rules 1 to 3. One results record a
 * frame, written through a producer that shuts out the partition's last owner; state is a fold over the results.
 *
 *     const worker = await startWorker({ log, site, detectors: (model) => openDetector(model), parts });
 *     await worker.close();
 */
export interface WorkerOptions {
  readonly log: Log;
  readonly site: SiteFeed;
  /** The detector of a model's name; asked once a model. A rejection is asked again after a while. */
  readonly detectors: (model: string) => Promise<Detector>;
  /** Tracker, zones and drift; a function of the site when they depend on it. */
  readonly parts: PipelineParts | ((site: Site) => PipelineParts);
  readonly clock?: Clock;
  /** Workers of one group share the partitions. Default `workers`. */
  readonly group?: string;
  /** Frames in decode and inference at once, over all cameras: the detectors' threads and one to follow. Default 3. */
  readonly concurrency?: number;
  /** Frames a partition may hold here beyond two a camera, so that inference never waits for the log. Default 4. */
  readonly prefetchFrames?: number;
  /** Results that may wait to be written together; `prefetchFrames` must be above it. Default: none, each is written at once. */
  readonly gather?: Gathering;
  /** Frames of one live camera that may wait here; an older one is dropped and counted. Default: no limit (the log's room is the limit). */
  readonly maxWaitingLive?: number;
  /** Event time between two checkpoints of a camera. Default 5 s. */
  readonly checkpointSeconds?: number;
  /** Gets pixel buffers back for reuse. */
  readonly recycle?: (camera: string, pixels: Uint8Array) => void;
  /** JPEG → rgb24 of the header's size; where frames are encoded. */
  readonly decodeJpeg?: (bytes: Uint8Array, header: FrameHeader) => Promise<Uint8Array>;
  readonly report?: (problem: string) => void;
  /** The worker has stopped by itself. */
  readonly failed?: (error: unknown) => void;
}

export interface Worker {
  /** Partitions of `frames` in its hands. */
  partitions(): readonly number[];
  /** Resolves when all that lies in its partitions is answered for. */
  idle(): Promise<void>;
  /** Finishes the frames that were begun, writes checkpoints and leaves the group; the rest waits in the log. */
  close(): Promise<void>;
}

/** A model that could not be opened is tried again after so long; until then its frames fail. */
const retryModelSeconds = 30;
/** Time in which a process that has lost its partitions learns so from the group, before it takes one over again. */
const retakeSeconds = 2;
const idlePollMs = 20;
const maxBatchRecords = 16;
/** Site versions whose setups are kept at hand. */
const rememberedVersions = 16;

export async function startWorker(options: WorkerOptions): Promise<Worker> {
  const { log, site, clock = systemClock, report = () => undefined } = options;
  const work = new Map<number, PartitionWork>();
  const deadLetters = await log.producer();
  const setups = setupCache(site);
  const partsFor = (of: Site): PipelineParts => (typeof options.parts === 'function' ? options.parts(of) : options.parts);
  const turns = new Turns(options.concurrency ?? 3);
  const onceSaid = new Set<string>();
  let failed = false;
  let closed = false;

  const fail = (error: unknown): void => {
    if (failed) return;
    failed = true;
    report(explain(error));
    options.failed?.(error);
  };

  const parts = {
    log,
    clock,
    turns,
    takeover: {
      pipeline: async (version: string) => partsFor((await site.version(version)) ?? site.current().site),
      setupAt: setups.at,
      setupNow: setups.now,
    },
    lane: {
      detectors: detectorCache(options.detectors, clock),
      ...(options.decodeJpeg && { decodeJpeg: options.decodeJpeg }),
      ...(options.recycle && { recycle: options.recycle }),
      setupOf: setups.now,
      refresh: async () => void (await site.refresh()),
      maxWaitingLive: options.maxWaitingLive ?? Infinity,
    },
    pipelineNow: () => partsFor(site.current().site),
    deadLetter: (record: StoredRecord, reason: string) => sendDeadLetter(record, reason),
    checkpointSeconds: options.checkpointSeconds ?? 5,
    prefetchFrames: options.prefetchFrames ?? 4,
    ...(options.gather && { gather: options.gather }),
    report: (problem: string) => {
      if (onceSaid.has(problem)) return;
      if (onceSaid.size > 1000) onceSaid.clear();
      onceSaid.add(problem);
      report(problem);
    },
    fenced: (partition: number) => void retake(partition),
    failed: fail,
  };

  /** Whoever is shut out and still holds the partition by the group's word takes it over again, by the same fold. */
  async function retake(partition: number): Promise<void> {
    const mine = work.get(partition);
    await clock.sleep(retakeSeconds * 1000);
    if (closed || mine === undefined || work.get(partition) !== mine) return;
    report(`partition ${partition} is taken over again`);
    await subscription.restart({ topic: 'frames', partition }).catch(fail);
  }

  async function sendDeadLetter(record: StoredRecord, reason: string): Promise<void> {
    parts.report(`a record of ${record.topic} went to dead-letter: ${reason}`);
    const headers = { ...record.headers, reason: reason.slice(0, 500), topic: record.topic, partition: String(record.partition), offset: String(record.offset) };
    await deadLetters.send('dead-letter', [{ key: record.topic, value: record.value, headers }]).catch((error: unknown) => parts.report(`dead-letter: ${explain(error)}`));
  }

  const subscription = await log.subscribe({
    group: options.group ?? 'workers',
    topics: ['frames'],
    maxBatchRecords,
    assigned: async ({ partition }: TopicPartition, signal: AbortSignal) => {
      work.set(partition, await PartitionWork.open(partition, parts, signal));
      return 'committed';
    },
    revoked: async ({ partition }: TopicPartition) => {
      const mine = work.get(partition);
      work.delete(partition);
      await mine?.close();
    },
    records: async (batch, context) => {
      await work.get(batch[0]!.partition)?.take(batch, context);
    },
    failed: fail,
  });

  return {
    partitions: () => [...work.keys()].sort((a, b) => a - b),
    idle: async () => {
      for (;;) {
        const taken = subscription.assignment().every(({ partition }) => work.has(partition));
        const waiting = [...(await subscription.lag()).values()].some((lag) => lag > 0);
        if (failed || (taken && !waiting && [...work.values()].every(({ unfinished }) => unfinished === 0))) return;
        await clock.sleep(idlePollMs);
      }
    },
    close: async () => {
      closed = true;
      await subscription.close();
      await deadLetters.close();
    },
  };
}

/** Setups of cameras by version of the site, each made once. */
function setupCache(feed: SiteFeed): { at: (version: string, camera: string) => Promise<CameraSetup | null>; now: (camera: string) => CameraSetup | null } {
  const made = new Map<string, ReadonlyMap<string, CameraSetup>>();
  const of = (record: SiteRecord): ReadonlyMap<string, CameraSetup> => {
    const found = made.get(record.version) ?? setupsOf(record);
    made.delete(record.version);
    made.set(record.version, found);
    if (made.size > rememberedVersions) made.delete(made.keys().next().value!);
    return found;
  };
  return {
    at: async (version, camera) => {
      const found = made.get(version);
      if (found) return found.get(camera) ?? null;
      const site = await feed.version(version);
      return site ? (of({ v: 1, version, site }).get(camera) ?? null) : null;
    },
    now: (camera) => of(feed.current()).get(camera) ?? null,
  };
}

/** Opens each model once; after a failure not again for a while. */
function detectorCache(open: (model: string) => Promise<Detector>, clock: Clock): (model: string) => Promise<Detector> {
  const opened = new Map<string, { detector: Promise<Detector>; retryAt: number }>();
  return (model) => {
    const known = opened.get(model);
    if (known && clock.now() < known.retryAt) return known.detector;
    const entry = { detector: open(model), retryAt: Infinity };
    entry.detector.catch(() => (entry.retryAt = clock.now() + retryModelSeconds * 1000));
    opened.set(model, entry);
    return entry.detector;
  };
}
