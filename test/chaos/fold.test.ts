import { siteVersion } from '@sightline/runtime/site-feed';
import { inputOf, type FrameInput, type StepOutput } from '@sightline/schemas';
import { CameraFold } from '@sightline/workers/run/camera-fold';
import { setupsOf } from '@sightline/workers/run/setup';
import type { CameraState } from '@sightline/workers/checkpoint/checkpoint';
import { simulatedDetector, simulatedHeader, simulatedHeight, simulatedPixels, simulatedWidth } from '@sightline/workers/run/simulated-detector';
import fc from 'fast-check';
import { partsOf } from 'sightline/engine';
import { beforeAll, describe, expect, it } from 'vitest';
import { chaosSite } from './site.js';

/**
 * Architecture rule 3 as a property: however the frames of a camera are split among owners, with whatever overlap and
 * whichever checkpoint each begins from, what is said is what one owner would have said.
 */
const camera = 'camera-0';
const frames = 240;
const site = chaosSite(1);
const version = siteVersion(site);
const setup = setupsOf({ v: 1, version, site }).get(camera)!;
const inputs: FrameInput[] = [];
let alone: StepOutput[];

beforeAll(async () => {
  const detector = simulatedDetector({ seconds: 0 });
  for (let seq = 0; seq < frames; seq++) {
    const quiet = seq % 13 === 5;
    const { detections } = quiet ? { detections: [] } : await detector.detect({ camera, pixels: simulatedPixels(camera, seq), width: simulatedWidth, height: simulatedHeight });
    inputs.push({ ...inputOf(simulatedHeader({ camera, seq, quiet })), state: quiet ? 'quiet' : 'inferred', site: version, model: detector.model.version, aspect: 16 / 9, detections });
  }
  const fold = new CameraFold(camera, partsOf(site));
  alone = inputs.map((input) => fold.apply(input, setup));
});

interface Owner {
  /** Last frame it answers for, as a share of what is left. */
  readonly until: number;
  /** How far before its checkpoint's successor it sees frames again. */
  readonly again: number;
  /** How many frames after its checkpoint it must fold, as a share of what was said. */
  readonly behind: number;
}

describe('the fold', () => {
  it('says the same however the frames are split among owners', () => {
    const owner = fc.record({ until: fc.double({ min: 0, max: 1, noNaN: true }), again: fc.nat(20), behind: fc.double({ min: 0, max: 1, noNaN: true }) });
    fc.assert(
      fc.property(fc.array(owner, { minLength: 1, maxLength: 8 }), (owners) => {
        expect(run(owners)).toEqual(alone);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});

function run(owners: readonly Owner[]): StepOutput[] {
  /** The log: what was said, as JSON, with a checkpoint after each frame to choose from. */
  const said: string[] = [];
  const checkpoints: string[] = [];
  const outputs: StepOutput[] = [];
  owners.forEach(({ until, again, behind }, index) => {
    const checkpoint = said.length - 1 - Math.floor(behind * said.length);
    const state = checkpoints[checkpoint];
    const fold = new CameraFold(camera, partsOf(site), state === undefined ? undefined : { state: JSON.parse(state) as CameraState, position: inputs[checkpoint]! });
    // Repeats what the checkpoint already holds, as a log with repeated records would.
    for (const text of said.slice(Math.max(0, checkpoint - 3))) {
      const input = JSON.parse(text) as FrameInput;
      if (!fold.has(input)) fold.apply(input, setup);
    }
    const end = index === owners.length - 1 ? frames : Math.min(frames, said.length + Math.ceil(until * (frames - said.length)));
    for (const input of inputs.slice(Math.max(0, said.length - again), end)) {
      if (fold.has(input)) continue;
      outputs.push(fold.apply(input, setup));
      said.push(JSON.stringify(input));
      checkpoints.push(fold.snapshot()!);
    }
  });
  return outputs;
}
