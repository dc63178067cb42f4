import type { Log, StoredRecord } from '@sightline/runtime/log/log';
import { SightlineError } from '@sightline/runtime/errors';
import { resultsVersion, type ResultsRecord } from '@sightline/schemas';
import { loadCheckpoints } from '../checkpoint/checkpoint.js';
import type { PipelineParts } from '../pipeline.js';
import { CameraFold } from './camera-fold.js';
import type { CameraSetup } from './setup.js';

/** Where a camera's two checkpoints stand, so that the next fold knows how far back it must reach. */
export interface Covered {
  nextSlot: 0 | 1;
  /** Offset in `results` of the first record that the newest / the older checkpoint lacks; null: it lacks none. */
  afterNewest: number | null;
  afterOlder: number | null;
}

export interface TakenCamera {
  readonly fold: CameraFold;
  readonly covered: Covered;
  /** Where its last record stands. */
  readonly frameOffset: number;
  readonly resultsOffset: number;
}

export interface TakeoverParts {
  readonly log: Log;
  readonly pipeline: (version: string) => Promise<PipelineParts>;
  /** The camera's setup under that version of the site; null when it is no longer kept or has no such camera. */
  readonly setupAt: (version: string, camera: string) => Promise<CameraSetup | null>;
  /** The camera's setup now. */
  readonly setupNow: (camera: string) => CameraSetup | null;
  readonly report: (problem: string) => void;
}

/**
 * The state of each camera of a partition as its last owner left it: the newest checkpoint, then the results after it,
 * without running the model. Call it only once nobody else can write (architecture rule 3).
 */
export async function takeOver(partition: number, parts: TakeoverParts, signal: AbortSignal): Promise<Map<string, TakenCamera>> {
  const { log, report } = parts;
  const at = { topic: 'results', partition } as const;
  const { begin, end } = await log.offsets(at);
  const loaded = await loadCheckpoints(log, partition, report);
  const taken = new Map<string, { -readonly [K in keyof TakenCamera]: TakenCamera[K] }>();
  for (const [camera, { checkpoints, nextSlot }] of loaded.cameras) {
    const [newest] = checkpoints;
    if (!newest) continue;
    const fold = new CameraFold(camera, await parts.pipeline(newest.state.site), { state: newest.state, position: newest.position });
    taken.set(camera, { fold, covered: { nextSlot, afterNewest: null, afterOlder: null }, frameOffset: newest.frameOffset, resultsOffset: newest.resultsOffset });
  }
  const from = Math.max(begin, loaded.foldFrom ?? begin);
  let disagreements = 0;
  for await (const stored of log.read(at, from, end, signal)) {
    const record = readResults(stored, report);
    if (!record) continue;
    const { camera } = record.input;
    let entry = taken.get(camera);
    if (!entry) {
      const fold = new CameraFold(camera, await parts.pipeline(record.input.site));
      entry = { fold, covered: { nextSlot: 0, afterNewest: null, afterOlder: null }, frameOffset: record.offset, resultsOffset: stored.offset };
      taken.set(camera, entry);
    }
    const [newest, older] = loaded.cameras.get(camera)?.checkpoints ?? [];
    if (stored.offset > (newest?.resultsOffset ?? -1)) entry.covered.afterNewest ??= stored.offset;
    if (stored.offset > (older?.resultsOffset ?? -1)) entry.covered.afterOlder ??= stored.offset;
    if (entry.fold.has(record.input)) continue;
    entry.frameOffset = record.offset;
    entry.resultsOffset = stored.offset;
    const setup = (await parts.setupAt(record.input.site, camera)) ?? parts.setupNow(camera);
    if (!setup) {
      entry.fold.skip(record.input);
      continue;
    }
    const output = entry.fold.apply(record.input, setup);
    if (JSON.stringify(output.events) !== JSON.stringify(record.events)) disagreements += 1;
  }
  signal.throwIfAborted();
  if (disagreements > 0) report(`partition ${partition}: folding gave other events than ${disagreements} results records say; what was said stands (was this version updated?)`);
  return taken;
}

/** A results record, null when it cannot be read. Rejects with RECORD_NEWER when another version wrote it. */
export function readResults(stored: StoredRecord, report: (problem: string) => void): ResultsRecord | null {
  let record: ResultsRecord;
  try {
    record = JSON.parse(Buffer.from(stored.value!).toString('utf8')) as ResultsRecord;
  } catch {
    report(`the results record at ${stored.partition}:${stored.offset} is not JSON; it is passed over`);
    return null;
  }
  if (typeof record?.v === 'number' && record.v > resultsVersion) {
    throw new SightlineError('RECORD_NEWER', `the results record at ${stored.partition}:${stored.offset} is of form ${record.v}; this process knows form ${resultsVersion}`);
  }
  if (record?.v !== resultsVersion || typeof record.input?.camera !== 'string') {
    report(`the results record at ${stored.partition}:${stored.offset} is not one; it is passed over`);
    return null;
  }
  return record;
}
