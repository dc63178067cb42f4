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
  /** ms: when each of a camera's records came into the log. */
  readonly arrived: ReadonlyMap<string, readonly number[]>;
}

/** Reads all results as every consumer does: by position, repeats dropped, order checked. */
export async function hear(log: Log): Promise<Heard> {
  const byCamera = new Map<string, Said[]>();
  const arrived = new Map<string, number[]>();
  const first = new Map<string, string>();
  let repeated = 0;
  let contradictions = 0;
  for (let partition = 0; partition < (await log.partitions('results')); partition++) {
    for await (const { value, appendedAt } of log.read({ topic: 'results', partition }, 0)) {
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
      const times = arrived.get(camera) ?? [];
      arrived.set(camera, times);
      times.push(appendedAt);
    }
  }
  return { byCamera, repeated, contradictions, arrived };
}

/** A pause in a camera's records that is longer than any frame takes: its partition was without an owner. */
const ownerlessMs = 1000;

/** Objects that were in the picture before and after their camera changed hands, under one id: camera and id of each. */
export function carriedTracks({ byCamera, arrived }: Heard): ReadonlySet<string> {
  const carried = new Set<string>();
  for (const [camera, said] of byCamera) {
    const times = arrived.get(camera)!;
    for (let n = 1; n < said.length; n++) {
      if (times[n]! - times[n - 1]! < ownerlessMs) continue;
      const before = new Set(said[n - 1]!.tracks.map(({ id }) => id));
      for (const { id } of said[n]!.tracks) if (before.has(id)) carried.add(`${camera} ${id}`);
    }
  }
  return carried;
}

/** How often each object has crossed a line in one direction, at most: walkers of the simulated cameras never turn, so 1. */
export function mostCrossings({ byCamera }: Heard, among: ReadonlySet<string>): number {
  const crossings = new Map<string, number>();
  for (const [camera, said] of byCamera) {
    for (const { kind, zone, direction, track } of said.flatMap(({ events }) => events)) {
      if (kind !== 'crossed' || !among.has(`${camera} ${track}`)) continue;
      const key = `${camera} ${zone} ${direction} ${track}`;
      crossings.set(key, (crossings.get(key) ?? 0) + 1);
    }
  }
  return Math.max(0, ...crossings.values());
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
