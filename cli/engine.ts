import { startIngest, type Ingest } from '@sightline/ingest/run';
import type { Clock } from '@sightline/runtime/clock';
import type { Log } from '@sightline/runtime/log/log';
import type { Logger } from '@sightline/runtime/logging';
import type { SiteFeed } from '@sightline/runtime/site-feed';
import type { Store } from '@sightline/runtime/store/store';
import type { Site } from '@sightline/schemas';
import { createDriftSketcher } from '@sightline/workers/drift/create';
import type { PipelineParts } from '@sightline/workers/pipeline';
import { startWorker, type Worker } from '@sightline/workers/run/worker';
import { startSink, type Sink } from '@sightline/workers/sink/sink';
import { createTracker } from '@sightline/workers/track/create';
import { zonesOf } from '@sightline/workers/zones/create';
import type { Detectors } from './detectors.js';

/** Tracker, zones and drift as a site wants them: what every worker folds with. */
export function partsOf(site: Site): PipelineParts {
  return {
    createTracker: (restored) => createTracker({}, restored),
    createZone: zonesOf({ timezone: site.site.timezone }),
    createDriftSketcher: (restored) => createDriftSketcher({}, restored),
  };
}

/** Frames of one live camera that wait for a model: one to follow, one in case the next is late. */
const maxWaitingLive = 2;

/** Nobody waits for a recording's rows: large batches cost the store a tenth of small ones. */
const recordingFlushSeconds = 30;
/** Nor for its results one by one: written eight at a time, they cost the threads that write them an eighth of the changes. */
const recordingGather = { seconds: 0.2, records: 8 };
/** Frames of a recording on their way: those that wait to be written, and as many again so that detection goes on. */
const recordingPrefetch = 2 * recordingGather.records;
/** A recording goes by many times faster than time: a checkpoint every few seconds of it would be one every moment. */
const recordingCheckpointSeconds = 30;

/** Frames of recordings at an inference thread: as many as let it answer two at a time. */
const recordingConcurrency = 4;

/** Camera to store in this process: ingest, worker and sink on one log. */
export interface EngineOptions {
  readonly log: Log;
  readonly store: Store;
  readonly feed: SiteFeed;
  readonly detectors: Detectors;
  /** Inference threads; as many frames are under way, and one to follow. */
  readonly threads: number;
  readonly logger: Logger;
  readonly clock?: Clock;
  /** For recordings that go on: their epoch, and the first frame that is still to come. */
  readonly recording?: { readonly epoch: number; readonly startAtSeq: (camera: string) => number };
  readonly failed: (error: unknown) => void;
}

export interface Engine {
  readonly ingest: Ingest;
  readonly worker: Worker;
  readonly sink: Sink;
  /** Ends the cameras, finishes what was begun, writes it, in that order. */
  close(): Promise<void>;
}

export async function startEngine({ log, store, feed, detectors, threads, logger, clock, recording, failed }: EngineOptions): Promise<Engine> {
  const report = (problem: string): void => logger.warn(problem);
  const timed = clock ? { clock } : {};
  const sink = await startSink({ log, store, exclusive: true, report, failed, ...(recording && { flushSeconds: recordingFlushSeconds }), ...timed });
  const cameras: { ingest?: Ingest } = {};
  const worker = await startWorker({
    log,
    site: feed,
    detectors: detectors.get,
    parts: partsOf,
    concurrency: recording ? recordingConcurrency * threads : threads + 1,
    maxWaitingLive,
    ...(recording && { checkpointSeconds: recordingCheckpointSeconds, gather: recordingGather, prefetchFrames: recordingPrefetch }),
    recycle: (camera, pixels) => cameras.ingest?.recycle(camera, pixels),
    report,
    failed,
    ...timed,
  });
  const ingest = await startIngest({ feed, log, size: detectors.size, report, ...(recording && { epoch: recording.epoch, startAtSeq: recording.startAtSeq }), ...timed });
  cameras.ingest = ingest;
  return {
    ingest,
    worker,
    sink,
    async close() {
      await ingest.stop();
      await worker.close();
      await sink.close();
    },
  };
}
