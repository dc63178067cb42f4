import type { Log } from '@sightline/runtime/log/log';
import type { ResultsRecord } from '@sightline/schemas';
import { loadCheckpoints } from '@sightline/workers/checkpoint/checkpoint';

/** What a log of results holds of one recording. */
export interface Recorded {
  /** The next frame to analyse. */
  readonly nextSeq: number;
  /** Whether the recording was closed: nothing is to be added. */
  readonly closed: boolean;
}

/** Marks the records that close a recording (epilogue.ts). */
export const endOfRecording = 'end of recording';

export async function whatIsRecorded(log: Log, camera: string): Promise<Recorded> {
  const partition = log.partitionOf('results', camera);
  const { foldFrom } = await loadCheckpoints(log, partition, () => undefined);
  let nextSeq = 0;
  let closed = false;
  for await (const { input } of recordsOf(log, camera, foldFrom ?? 0)) {
    if (input.reason === endOfRecording) closed = true;
    else nextSeq = Math.max(nextSeq, input.seq + 1);
  }
  const fromCheckpoint = (await loadCheckpoints(log, partition, () => undefined)).cameras.get(camera)?.checkpoints[0];
  return { nextSeq: Math.max(nextSeq, (fromCheckpoint?.position.seq ?? -1) + 1), closed };
}

/** The results of one recording, in the order of its frames. */
export async function* recordsOf(log: Log, camera: string, from?: number): AsyncGenerator<ResultsRecord> {
  const at = { topic: 'results', partition: log.partitionOf('results', camera) } as const;
  const { begin } = await log.offsets(at);
  for await (const record of log.read(at, Math.max(begin, from ?? begin))) {
    if (record.key === camera && record.value) yield JSON.parse(Buffer.from(record.value).toString('utf8')) as ResultsRecord;
  }
}
