import { SightlineError } from '@sightline/runtime/errors';
import type { Log, LogRecord, StoredRecord } from '@sightline/runtime/log/log';
import { comparePositions, type CheckpointRecord } from '@sightline/schemas';
import type { PipelineSnapshot } from '../pipeline.js';

/**
 * Checkpoints in the topic `checkpoints`. Each camera has two, written in turn under `camera/0` and `camera/1`: when the
 * newer one is damaged, the older one and a longer fold give the same state. The record `@fold` of a partition says
 * from which offset of `results` the fold must begin to cover what any of the older ones lacks.
 */
export interface CameraState {
  /** Version of the site configuration that the pipeline was last given. */
  readonly site: string;
  /** Second of event time that was last sketched for drift, null before the first. */
  readonly embeddedSecond: number | null;
  readonly pipeline: PipelineSnapshot;
}

export type CameraCheckpoint = CheckpointRecord & { readonly state: CameraState };

/** The two generations of one camera. */
export interface Generations {
  /** Newest first; damaged ones are left out. */
  readonly checkpoints: readonly CameraCheckpoint[];
  /** 0 or 1: which of the two is to be written next. */
  readonly nextSlot: 0 | 1;
}

export interface LoadedCheckpoints {
  readonly cameras: ReadonlyMap<string, Generations>;
  /** First offset of `results` to fold; null: from their beginning. */
  readonly foldFrom: number | null;
}

const foldKey = '@fold';

/** Reads a partition's checkpoints. A damaged one is reported and passed over; one of a newer form stops the worker. */
export async function loadCheckpoints(log: Log, partition: number, report: (problem: string) => void): Promise<LoadedCheckpoints> {
  const records = await log.latest('checkpoints', partition);
  const cameras = new Map<string, Generations>();
  let foldFrom: number | null = null;
  let lost = false;
  const marker = records.get(foldKey);
  if (marker) foldFrom = readMarker(marker);
  for (const camera of new Set([...records.keys()].filter((key) => key !== foldKey).map((key) => key.slice(0, key.lastIndexOf('/'))))) {
    const both = ([0, 1] as const).map((slot) => ({ slot, record: records.get(`${camera}/${slot}`) })).filter(({ record }) => record !== undefined);
    const sound = both.flatMap(({ slot, record }) => {
      const checkpoint = readCheckpoint(record!);
      if (!checkpoint) report(`camera "${camera}": its checkpoint at offset ${record!.offset} is damaged; ${both.length > 1 ? 'the older one is used and more results are folded' : 'all results are folded'}`);
      return checkpoint ? [{ slot, checkpoint }] : [];
    });
    sound.sort((a, b) => comparePositions(b.checkpoint.position, a.checkpoint.position) || b.checkpoint.resultsOffset - a.checkpoint.resultsOffset);
    if (sound.length === 0) lost = true;
    const newest = sound[0];
    cameras.set(camera, { checkpoints: sound.map(({ checkpoint }) => checkpoint), nextSlot: newest?.slot === 0 ? 1 : 0 });
  }
  return { cameras, foldFrom: lost ? null : foldFrom };
}

/** A checkpoint as a record of the topic. */
export function checkpointRecord(partition: number, slot: 0 | 1, checkpoint: Omit<CameraCheckpoint, 'v' | 'state'>, stateJson: string): LogRecord {
  const { camera, position, frameOffset, resultsOffset } = checkpoint;
  const head = JSON.stringify({ v: 1, camera, position, frameOffset, resultsOffset });
  return { key: `${camera}/${slot}`, partition, value: Buffer.from(`${head.slice(0, -1)},"state":${stateJson}}`, 'utf8') };
}

export function foldRecord(partition: number, resultsOffset: number): LogRecord {
  return { key: foldKey, partition, value: Buffer.from(JSON.stringify({ v: 1, resultsOffset }), 'utf8') };
}

function readMarker(record: StoredRecord): number | null {
  try {
    const marker = JSON.parse(Buffer.from(record.value!).toString('utf8')) as { v: number; resultsOffset: number };
    return marker.v === 1 && Number.isSafeInteger(marker.resultsOffset) ? marker.resultsOffset : null;
  } catch {
    return null;
  }
}

function readCheckpoint(record: StoredRecord): CameraCheckpoint | null {
  let value: CameraCheckpoint;
  try {
    value = JSON.parse(Buffer.from(record.value!).toString('utf8')) as CameraCheckpoint;
  } catch {
    return null;
  }
  const form = (value as { v?: unknown } | null)?.v;
  if (typeof form === 'number' && form > 1) throw new SightlineError('RECORD_NEWER', `camera "${record.key}": its checkpoint is of form ${form}; this process knows form 1`);
  const whole = form === 1 && typeof value.camera === 'string' && Number.isSafeInteger(value.position?.seq) && Number.isSafeInteger(value.resultsOffset) && value.state?.pipeline?.v === 1;
  return whole ? value : null;
}
