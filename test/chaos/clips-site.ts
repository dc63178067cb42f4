import { startIngest } from '@sightline/ingest/run';
import { createLogger } from '@sightline/runtime/logging';
import { openMemoryLog } from '@sightline/runtime/log/memory/memory-log';
import { openSiteFeed, publishSite } from '@sightline/runtime/site-feed';
import { siteSchema, type Site } from '@sightline/schemas';
import { decodeJpeg } from '@sightline/workers/run/decode-jpeg';
import { startWorker } from '@sightline/workers/run/worker';
import { readFileSync } from 'node:fs';
import { createDetectors } from 'sightline/detectors';
import { partsOf } from 'sightline/engine';
import { footage } from '../footage.js';
import { hear, type Heard } from './results.js';

/** The four clips as recordings, each with the zones that its ground truth is told in; slowed so that a run takes a minute. */
export function clipsSite(): Site {
  const truth = JSON.parse(readFileSync(footage('truth.json'), 'utf8')) as {
    shelf: { facings: Record<string, { polygon: [number, number][] }> };
    counter: { zone: { polygon: [number, number][] } };
    traffic: { line: { from: [number, number]; to: [number, number] } };
  };
  const camera = (name: string, file: string, fps: number): object => ({ name, source: footage(file), pace: 'fast', fps });
  return siteSchema.parse({
    cameras: [camera('plaza', 'clips/plaza.avi', 3), camera('traffic', 'clips/traffic.mp4', 6), camera('shelf', 'clips/shelf.mp4', 3), camera('counter', 'clips/counter.mp4', 1.5)],
    zones: [
      { name: 'walkway', kind: 'line', camera: 'plaza', line: [[0.4, 0.58], [0.4, 0.33]], classes: ['person'] },
      { name: 'crossing', kind: 'area', camera: 'plaza', polygon: [[0.62, 0.35], [0.86, 0.33], [0.97, 0.62], [0.72, 0.7], [0.5, 0.55]], classes: ['person'] },
      { name: 'road', kind: 'line', camera: 'traffic', line: [truth.traffic.line.from, truth.traffic.line.to] },
      { name: 'bottles', kind: 'shelf', camera: 'shelf', facings: Object.entries(truth.shelf.facings).map(([name, { polygon }]) => ({ name, polygon })) },
      { name: 'till', kind: 'area', camera: 'counter', polygon: truth.counter.zone.polygon, classes: ['person'] },
    ],
  });
}

/** The same clips through one ingest and one worker on the log in process, as JPEG like on Kafka, nothing disturbed. */
export async function undisturbedClips(site: Site): Promise<Heard> {
  const log = await openMemoryLog({ partitions: 1, frameRecords: 64 });
  const detectors = createDetectors({ threads: 1, logger: createLogger({ level: 'error' }) });
  try {
    await publishSite(log, site);
    const feed = await openSiteFeed({ log });
    await detectors.prepare(site);
    const worker = await startWorker({ log, site: feed, parts: partsOf, detectors: detectors.get, decodeJpeg });
    const ingest = await startIngest({ feed, log, size: detectors.size, encode: 'jpeg', epoch: 1_700_000_000_000 });
    for (const [name, { error }] of await ingest.done) if (error) throw new Error(`${name}: ${error.message}`);
    await worker.idle();
    await ingest.stop();
    await worker.close();
    await feed.close();
    return await hear(log);
  } finally {
    await detectors.close();
    await log.close();
  }
}

/**
 * What was expected, told in the epochs that another run of the same recordings used: a recording keeps one epoch
 * whatever happens, so a second one is an error.
 */
export function inEpochsOf(expected: Heard, heard: Heard): Heard {
  const byCamera = new Map(
    [...expected.byCamera].map(([camera, said]) => {
      const epochs = [...new Set((heard.byCamera.get(camera) ?? []).map(({ input }) => input.epoch))];
      if (epochs.length !== 1) throw new Error(`recording "${camera}" has the epochs ${epochs.join(', ')}; it must keep one`);
      const [from, to] = [said[0]!.input.epoch, epochs[0]!];
      const text = JSON.stringify(said).replaceAll(String(from), String(to)).replaceAll(from.toString(36), to.toString(36));
      return [camera, JSON.parse(text) as typeof said] as const;
    }),
  );
  return { ...expected, byCamera };
}
