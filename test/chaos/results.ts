import type { Log } from '@sightline/runtime/log/log';
import { openMemoryLog } from '@sightline/runtime/log/memory/memory-log';
import { openSiteFeed, publishSite } from '@sightline/runtime/site-feed';
import { comparePositions, type ResultsRecord, type Site } from '@sightline/schemas';
import { simulatedDetector, simulatedFrame } from '@sightline/workers/run/simulated-detector';
import { startWorker } from '@sightline/workers/run/worker';
import { partsOf } from 'sightline/engine';

/** What a record says, without where it lies in the log and how long it took. */
export type Said = Pick<ResultsRecord, 'v' | 'input' | 'tracks' | 'events' | 'samples' | 'finished' | 'drift'>;

export interface Heard {
  readonly byCamera: ReadonlyMap<string, readonly Said[]>;
  /** Records that repeated a position, as a reader by position drops them. */
  readonly repeated: number;
  /** Repeated records that said something else than the first: must be none. */
  readonly contradictions: number;
}

/** Reads all results as every consumer does: by position, repeats dropped, order checked. */
export async function hear(log: Log): Promise<Heard> {
  const byCamera = new Map<string, Said[]>();
  const first = new Map<string, string>();
  let repeated = 0;
  let contradictions = 0;
  for (let partition = 0; partition < (await log.partitions('results')); partition++) {
    for await (const { value } of log.read({ topic: 'results', partition }, 0)) {
      const record = parse(value);
      if (!record) continue;
      const { camera, epoch, seq } = record.input;
      const said = essence(record);
      const before = byCamera.get(camera) ?? [];
      byCamera.set(camera, before);
      const last = before.at(-1)?.input;
      const key = `${camera}/${epoch}/${seq}`;
      if (last && comparePositions(record.input, last) <= 0) {
        repeated += 1;
        if (first.get(key) !== JSON.stringify(said)) contradictions += 1;
        continue;
      }
      first.set(key, JSON.stringify(said));
      before.push(said);
    }
  }
  return { byCamera, repeated, contradictions };
}

/** The same frames through one worker on the log in process, nothing disturbed. */
export async function undisturbed(site: Site, frames: number): Promise<Heard> {
  const log = await openMemoryLog({ partitions: 1, frameRecords: 64 });
  try {
    await publishSite(log, site);
    const feed = await openSiteFeed({ log });
    const detector = simulatedDetector({ seconds: 0 });
    const worker = await startWorker({ log, site: feed, parts: partsOf, detectors: async () => detector });
    const producer = await log.producer();
    for (let seq = 0; seq < frames; seq++) {
      for (const { name } of site.cameras) await producer.send('frames', [simulatedFrame({ camera: name, seq, quiet: seq % 13 === 5 })]);
    }
    await worker.idle();
    await worker.close();
    await feed.close();
    return await hear(log);
  } finally {
    await log.close();
  }
}

function essence({ v, input, tracks, events, samples, finished, drift }: ResultsRecord): Said {
  return { v, input, tracks, events, samples, finished, drift };
}

function parse(value: Uint8Array | null): ResultsRecord | null {
  try {
    const record = JSON.parse(Buffer.from(value ?? []).toString('utf8')) as ResultsRecord;
    return typeof record?.input?.camera === 'string' ? record : null;
  } catch {
    return null;
  }
}
