import type { Log } from '@sightline/runtime/log/log';
import { comparePositions, type FramePosition, type ResultsRecord } from '@sightline/schemas';
import { loadCheckpoints } from './checkpoint.js';

/**
 * The last frame of each camera of a partition that has its results: where a recording goes on, and the epoch that a
 * live camera's next run must lie beyond.
 */
export async function lastPositions(log: Log, partition: number, signal?: AbortSignal): Promise<ReadonlyMap<string, FramePosition>> {
  const { cameras, foldFrom } = await loadCheckpoints(log, partition, () => undefined);
  const last = new Map<string, FramePosition>();
  for (const [camera, { checkpoints }] of cameras) if (checkpoints[0]) last.set(camera, checkpoints[0].position);
  const at = { topic: 'results', partition } as const;
  const { begin, end } = await log.offsets(at);
  for await (const { value } of log.read(at, Math.max(begin, foldFrom ?? begin), end, signal)) {
    const input = inputOf(value);
    if (!input) continue;
    const before = last.get(input.camera);
    if (!before || comparePositions(input, before) > 0) last.set(input.camera, { epoch: input.epoch, seq: input.seq });
  }
  return last;
}

function inputOf(value: Uint8Array | null): ResultsRecord['input'] | null {
  try {
    const { input } = JSON.parse(Buffer.from(value ?? []).toString('utf8')) as ResultsRecord;
    return typeof input?.camera === 'string' && Number.isSafeInteger(input.seq) ? input : null;
  } catch {
    return null;
  }
}
