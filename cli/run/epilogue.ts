import type { Log } from '@sightline/runtime/log/log';
import { siteVersion } from '@sightline/runtime/site-feed';
import { resultsVersion, type FrameInput, type ResultsRecord, type Site } from '@sightline/schemas';
import { loadCheckpoints } from '@sightline/workers/checkpoint/checkpoint';
import { createPipeline } from '@sightline/workers/pipeline';
import { partsOf } from '../engine.js';
import { endOfRecording, recordsOf } from './recorded.js';

/**
 * Closes a recording: empty event time after its last frame, so that tracks still in the picture are finished, and
 * visits still open end when they were last seen. Longer than any life that tracker and zones grant what is out of
 * sight for a moment; parked cars and their visits outlast it and stay open, as they are.
 */
const epilogueSeconds = 12;
const stepSeconds = 0.5;
const second = 1_000_000;

export async function closeRecording(log: Log, site: Site, camera: string): Promise<void> {
  const partition = log.partitionOf('results', camera);
  const state = (await loadCheckpoints(log, partition, () => undefined)).cameras.get(camera)?.checkpoints[0];
  if (!state) return;
  let last: FrameInput | undefined;
  for await (const { input } of recordsOf(log, camera, state.resultsOffset)) last = input;
  if (!last || last.reason === endOfRecording) return;

  const settings = site.cameras.find(({ name }) => name === camera)!;
  const pipeline = createPipeline({ camera: settings, zones: site.zones.filter((zone) => zone.camera === camera) }, partsOf(site), state.state.pipeline);
  const records: ResultsRecord[] = [];
  for (let at = stepSeconds; at <= epilogueSeconds; at += stepSeconds) {
    const input: FrameInput = {
      ...withoutPixels(last),
      seq: last.seq + Math.round(at / stepSeconds),
      capturedAt: last.capturedAt + Math.round(at * second),
      state: 'inferred',
      reason: endOfRecording,
      motion: [0, 0],
      dropped: {},
      detections: [],
      site: siteVersion(site),
    };
    // Samples of time that was not recorded would be inventions.
    records.push({ v: resultsVersion, input, partition, offset: -1, ...pipeline.step(input), samples: [] });
  }
  const producer = await log.producer();
  // In one call, so that a recording is closed whole or not at all.
  await producer.send('results', records.map((record) => ({ key: camera, partition, value: Buffer.from(JSON.stringify(record), 'utf8') })));
  await producer.close();
}

function withoutPixels(input: FrameInput): FrameInput {
  const copy: { -readonly [key in keyof FrameInput]: FrameInput[key] } = { ...input };
  delete copy.facings;
  delete copy.embedding;
  return copy;
}
