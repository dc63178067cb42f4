import { encodeFrameHeader, type Camera, type CameraStatus, type FrameHeader, type SiteRecord } from '@sightline/schemas';
import { systemClock, type Clock } from '@sightline/runtime/clock';
import { encodeJpeg } from '@sightline/runtime/jpeg';
import type { Log, Producer } from '@sightline/runtime/log/log';
import type { PictureFeed } from '@sightline/runtime/pictures';
import { startCamera, type CameraEnd, type CameraRun } from './camera.js';
import { PictureTap } from './picture-tap.js';
import { StatusSender } from './status-sender.js';

/**
 * All cameras of a site: frames to the topic `frames`, their state to `camera-status`. A change of the site restarts
 * only the cameras that it changes.
 *
 *     const ingest = await startIngest({ feed, log, size: (camera, width, height) => detectorOf(camera).inputSize(width, height) });
 *     …
 *     await ingest.stop();
 */
export interface IngestOptions {
  /** The site in force, and its changes. */
  readonly feed: { current(): SiteRecord; subscribe(listener: (record: SiteRecord) => void): () => void };
  readonly log: Log;
  /** The analysis size of a camera for a source picture of this size, in pixels. */
  readonly size: (camera: Camera, sourceWidth: number, sourceHeight: number) => { width: number; height: number };
  /** raw: rgb24, for workers in this process. jpeg: compressed, for a broker. Default raw. */
  readonly encode?: 'raw' | 'jpeg';
  /** Of the JPEG, 1..100. Default: what runtime's jpeg.ts says. */
  readonly jpegQuality?: number;
  /** Which of the site's cameras this process reads; default all. */
  readonly cameras?: (name: string) => boolean;
  /** Epoch of recordings, kept over restarts so that a resumed run continues. Default: now. */
  readonly epoch?: number;
  /** Frame with which a recording goes on. */
  readonly startAtSeq?: (camera: string) => number;
  readonly clock?: Clock;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** A status could not be written, or a site not be applied; the cameras go on. */
  readonly report?: (problem: string) => void;
}

export interface Ingest {
  /** Ends every camera and its ffmpeg. */
  stop(): Promise<void>;
  /** Resolves when all cameras have ended by themselves (recordings), or were stopped: how each ended. */
  readonly done: Promise<ReadonlyMap<string, CameraEnd>>;
  /** Gives a pixel buffer back to the camera it came from. */
  recycle(camera: string, pixels: Uint8Array): void;
  /** Frames for people's eyes. */
  readonly pictures: PictureFeed;
  /** The last status of each camera. */
  statuses(): ReadonlyMap<string, CameraStatus>;
}

interface Running {
  readonly settings: string;
  readonly run: CameraRun;
}

export async function startIngest(options: IngestOptions): Promise<Ingest> {
  const { feed, log, clock = systemClock, report = () => undefined } = options;
  const producer = await log.producer();
  const tap = new PictureTap(clock);
  const running = new Map<string, Running>();
  const statuses = new Map<string, CameraStatus>();
  const ends = new Map<string, CameraEnd>();
  let stopping = false;
  let allEnded: (ends: ReadonlyMap<string, CameraEnd>) => void;
  const done = new Promise<ReadonlyMap<string, CameraEnd>>((resolve) => (allEnded = resolve));
  const checkEnd = (): void => {
    if (running.size > 0 && [...running.keys()].every((name) => ends.has(name))) allEnded(ends);
  };

  const sender = new StatusSender(producer, (problem) => stopping || report(problem));

  const start = (camera: Camera): void => {
    const { name } = camera;
    const startAtSeq = options.startAtSeq?.(name);
    ends.delete(name);
    const run: CameraRun = startCamera({
      camera,
      clock,
      epoch: options.epoch ?? Math.round(clock.now()),
      size: (width, height) => options.size(camera, width, height),
      publish: publisher(options, producer, (pixels) => run.recycle(pixels)),
      tap: (header, pixels) => tap.offer(header, pixels),
      status: (status) => {
        statuses.set(name, status);
        sender.send(name, status);
      },
      ...(startAtSeq === undefined ? {} : { startAtSeq }),
      ...(options.environment === undefined ? {} : { environment: options.environment }),
    });
    running.set(name, { settings: settingsOf(camera), run });
    void run.done.then((end) => {
      if (running.get(name)?.run !== run) return;
      ends.set(name, end);
      checkEnd();
    });
  };

  const stop = async (name: string): Promise<void> => {
    const camera = running.get(name);
    running.delete(name);
    await camera?.run.stop();
  };

  const apply = async ({ site }: SiteRecord): Promise<void> => {
    const wanted = new Map(site.cameras.filter(({ name }) => options.cameras?.(name) ?? true).map((camera) => [camera.name, camera]));
    const changed = [...running].filter(([name, { settings }]) => {
      const camera = wanted.get(name);
      return camera === undefined || settingsOf(camera) !== settings;
    });
    await Promise.all(changed.map(([name]) => stop(name)));
    for (const [name] of changed) {
      if (wanted.has(name)) continue;
      statuses.delete(name);
      ends.delete(name);
      sender.send(name, null);
    }
    if (stopping) return;
    for (const [name, camera] of wanted) if (!running.has(name)) start(camera);
    checkEnd();
  };

  // Changes are applied one after another, so that a camera is never started twice.
  let applying = apply(feed.current());
  const unsubscribe = feed.subscribe((record) => {
    applying = applying.then(() => (stopping ? undefined : apply(record))).catch((error: unknown) => report(`the changed site was not applied: ${String(error)}`));
  });
  await applying;

  return {
    done,
    pictures: tap,
    statuses: () => statuses,
    recycle: (camera, pixels) => running.get(camera)?.run.recycle(pixels),
    stop: async () => {
      stopping = true;
      unsubscribe();
      await applying;
      await Promise.all([...running.keys()].map(stop));
      await sender.settled();
      await producer.close();
      allEnded(ends);
    },
  };
}

/** What a camera's frames depend on; a change of anything else is not ingest's business. */
function settingsOf({ source, kind, transport, loop, pace, fps, model, analysisWidth, gate, privacy }: Camera): string {
  return JSON.stringify([source, kind, transport, loop, pace, fps, model, analysisWidth, gate, privacy.masks]);
}

function publisher({ encode = 'raw', jpegQuality }: IngestOptions, producer: Producer, recycle: (pixels: Uint8Array) => void): (header: FrameHeader, pixels: Uint8Array) => Promise<void> {
  const send = async (header: FrameHeader, value: Uint8Array): Promise<void> => {
    await producer.send('frames', [{ key: header.camera, value, headers: encodeFrameHeader(header) }]);
  };
  if (encode === 'raw') return send;
  return async (header, pixels) => {
    if (header.encoding === 'none') return send(header, pixels);
    const jpeg = await encodeJpeg(pixels, header, jpegQuality);
    recycle(pixels);
    return send({ ...header, encoding: 'jpeg' }, jpeg);
  };
}
