import { cameraSchema, zoneSchema, type FrameInput, type StepOutput } from '@sightline/schemas';
import { describe, expect, it } from 'vitest';
import { createPipeline, type Pipeline, type PipelineSnapshot } from './pipeline.js';
import { createTracker } from './track/create.js';
import { createZone } from './zones/create.js';

const second = 1_000_000;
const start = 1_767_225_600 * second;
const camera = cameraSchema.parse({ name: 'hall', source: 'hall.mp4' });
const zones = [
  zoneSchema.parse({ kind: 'line', name: 'door', line: [[0, 0.5], [1, 0.5]] }),
  zoneSchema.parse({ kind: 'area', name: 'bar', polygon: [[0, 0.6], [1, 0.6], [1, 1], [0, 1]] }),
];
const silent = { step: () => [], snapshot: () => null };

function pipelineOf(restored?: PipelineSnapshot): Pipeline {
  return createPipeline({ camera, zones }, { createTracker: (state) => createTracker({}, state), createZone, createDriftSketcher: () => silent }, restored);
}

function frame(seq: number, more: Partial<FrameInput> = {}): FrameInput {
  return {
    camera: 'hall', epoch: 1, seq, capturedAt: start + seq * 100_000, recording: false, state: 'inferred', quality: { brightness: 100, contrast: 40, sharpness: 5, state: 'ok' },
    motion: [0, 0], dropped: {}, site: 's', model: 'm', aspect: 16 / 9, detections: [], ...more,
  };
}

describe('a sample', () => {
  it('says which share of its second was analysed, skipped and lost, and what the picture was like', () => {
    const pipeline = pipelineOf();
    const dark = { brightness: 2, contrast: 1, sharpness: 0, state: 'dark' as const };
    const samples = Array.from({ length: 51 }, (_, k) =>
      pipeline.step(frame(k, k > 10 && k <= 20 ? { state: k % 2 === 0 ? 'quiet' : 'inferred' } : k === 25 ? { dropped: { overload: 10 } } : k > 30 ? { quality: dark } : {})).samples,
    ).flat().filter(({ zone }) => zone === 'bar');
    expect(samples.map(({ coverage, skipped, quality }) => [coverage, skipped, quality])).toEqual([
      [1, undefined, undefined],
      [1, undefined, undefined],
      [1, 0.5, undefined],
      [0.5, undefined, undefined],
      [0, undefined, 'dark'],
      [0, undefined, 'dark'],
    ]);
    expect(samples.map(({ measures }) => measures['count'])).toEqual([0, 0, 0, 0, null, null]);
  });
});

describe('the pipeline', () => {
  it('tells journeys and presence once, the same through any restart', () => {
    const walk = (k: number): FrameInput => {
      const y = k < 40 ? 0.2 + 0.015 * k : 0.8;
      return frame(k, k < 100 ? { detections: [{ x: 0.48, y: y - 0.2, w: 0.06, h: 0.2, cls: 'person', score: 0.9 }] } : {});
    };
    const run = (restarts: boolean): StepOutput[] => {
      let pipeline = pipelineOf();
      return Array.from({ length: 260 }, (_, k) => {
        if (restarts && k % 37 === 0) pipeline = pipelineOf(JSON.parse(JSON.stringify(pipeline.snapshot())) as PipelineSnapshot);
        return pipeline.step(walk(k));
      });
    };
    const outputs = run(false);
    expect(run(true)).toEqual(outputs);
    const journeys = outputs.flatMap((output) => output.journeys ?? []);
    expect(journeys.map(({ classes, stops }) => [classes, stops.map(({ zone }) => zone)])).toEqual([[['person'], ['door', 'bar']]]);
    expect(outputs.flatMap(({ events }) => events.filter(({ kind }) => kind === 'entered')).map(({ passed }) => passed)).toEqual([['door']]);
    const ms = outputs.flatMap((output) => output.presence ?? []).flatMap(({ cells }) => cells).reduce((sum, [, , part]) => sum + part, 0);
    expect(ms).toBe(9800);
  });
});
