import { SightlineError } from '@sightline/runtime/errors';
import { openMemoryLog } from '@sightline/runtime/log/memory/memory-log';
import type { Logger } from '@sightline/runtime/logging';
import { openSiteFeed, publishSite } from '@sightline/runtime/site-feed';
import { openEmbeddedStore } from '@sightline/runtime/store/embedded';
import { migrate } from '@sightline/runtime/store/migrate';
import { topics } from '@sightline/schemas';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { openDataFolder } from '../data-folder.js';
import { createDetectors } from '../detectors.js';
import { startEngine } from '../engine.js';
import { annotate } from './annotate.js';
import { closeRecording } from './epilogue.js';
import { exportTables, type ExportFormat } from './export.js';
import type { Job } from './job.js';
import { recordsOf, whatIsRecorded, type Recorded } from './recorded.js';
import { totalsOf, type Totals } from './totals.js';

/**
 * Recordings through the whole path, as fast as the machine goes. The log and the store of a run live in its output
 * folder: killed at any moment and started again, it goes on after the last frame that was answered for, and its totals
 * are those of a run that was never disturbed.
 *
 *     const totals = await runRecordings(job, { out: 'sightline-out', threads: 2, format: 'csv', … });
 */
export interface RunOptions {
  readonly out: string;
  readonly threads: number;
  readonly format: ExportFormat;
  /** Draw the results over the (first) recording, into this file. */
  readonly annotate?: string;
  readonly logger: Logger;
  readonly onProgress: (framesDone: number) => void;
  /** Everything that the recordings led to is in the store; what follows are totals and exports. */
  readonly onStored?: () => void;
  readonly signal?: AbortSignal;
}

const workFolder = '.sightline';
const progressEveryMs = 200;
/** Recordings keep one epoch for ever: a run that goes on is the same run. */
const recordingEpoch = 0;

export async function runRecordings(job: Job, options: RunOptions): Promise<Totals> {
  const out = await openDataFolder(options.out);
  const work = path.join(out, workFolder);
  await claim(work, job.key, out);
  const { site } = job;
  const { logger, signal } = options;

  const store = await openEmbeddedStore({ folder: path.join(work, 'store') });
  const open: (() => Promise<void>)[] = [() => store.close()];
  try {
    await migrate(store);
    const log = await openMemoryLog({ folder: path.join(work, 'log') });
    open.push(() => log.close());
    await log.ensureTopics(topics);
    await publishSite(log, site);
    const feed = await openSiteFeed({ log });
    open.push(() => feed.close());

    const recorded = new Map<string, Recorded>();
    for (const { name } of site.cameras) recorded.set(name, await whatIsRecorded(log, name));
    const detectors = createDetectors({ threads: options.threads, logger, reportProgress: ({ what }) => logger.info(what) });
    open.push(() => detectors.close());
    await detectors.prepare(site);

    let broken: (error: unknown) => void = () => undefined;
    const failure = new Promise<never>((_, reject) => (broken = reject));
    failure.catch(() => undefined);
    const recording = { epoch: recordingEpoch, startAtSeq: (camera: string) => recorded.get(camera)?.nextSeq ?? 0 };
    const began = performance.now();
    const engine = await startEngine({ log, store, feed, detectors, threads: options.threads, logger, recording, failed: broken });
    const progress = setInterval(() => options.onProgress(sum(framesOf(engine.ingest.statuses(), recorded))), progressEveryMs);
    const interrupted = new Promise<'interrupted'>((resolve) => signal?.addEventListener('abort', () => resolve('interrupted'), { once: true }));
    let ends: Awaited<typeof engine.ingest.done> | 'interrupted';
    try {
      ends = await Promise.race([engine.ingest.done, failure, interrupted]);
      if (ends !== 'interrupted') await Promise.race([engine.worker.idle(), failure]);
      await engine.ingest.stop();
      await engine.worker.close();
      if (ends !== 'interrupted') for (const { name } of site.cameras) await closeRecording(log, site, name);
      await engine.sink.drained();
      options.onStored?.();
    } finally {
      clearInterval(progress);
      await engine.close();
    }
    const seconds = (performance.now() - began) / 1000;
    if (ends === 'interrupted') throw new SightlineError('USAGE', 'the run was interrupted', { remedy: 'start it again with the same arguments: it goes on where it stood' });
    for (const [camera, end] of ends) if (end.error) logger.error(`${camera}: ${end.error.message} — ${end.error.remedy}`);

    const totals = await totalsOf(store, site, { seconds, ends, frames: framesOf(engine.ingest.statuses(), recorded) });
    await exportTables(store, out, options.format);
    await writeFile(path.join(out, 'totals.json'), `${JSON.stringify(totals, null, 2)}\n`);
    if (options.annotate) {
      const camera = site.cameras[0]!;
      await annotate({ video: camera.source, to: options.annotate, zones: site.zones.filter((zone) => zone.camera === camera.name), records: () => recordsOf(log, camera.name) });
    }
    return totals;
  } finally {
    for (const close of open.reverse()) await close();
  }
}

/** One output folder holds one job: another one would mix its counts into these. */
async function claim(work: string, key: string, out: string): Promise<void> {
  await mkdir(work, { recursive: true });
  const file = path.join(work, 'job');
  if (existsSync(file)) {
    const found = (await readFile(file, 'utf8')).trim();
    if (found !== key) throw new SightlineError('USAGE', `${out} holds the run of another recording, or of other zones or settings`, { remedy: 'choose another folder with --out, or remove this one' });
  }
  await writeFile(file, `${key}\n`);
}

/** Frames of each recording that are answered for, those of earlier attempts too. */
function framesOf(statuses: ReadonlyMap<string, { readonly frames: number }>, recorded: ReadonlyMap<string, Recorded>): Map<string, number> {
  return new Map([...recorded].map(([camera, { nextSeq }]) => [camera, nextSeq + (statuses.get(camera)?.frames ?? 0)]));
}

function sum(frames: ReadonlyMap<string, number>): number {
  return [...frames.values()].reduce((total, n) => total + n, 0);
}
