import { siteVersion } from '@sightline/runtime/site-feed';
import { siteSchema, type FrameInput, type Site } from '@sightline/schemas';
import type { CameraState } from '@sightline/workers/checkpoint/checkpoint';
import { CameraFold } from '@sightline/workers/run/camera-fold';
import type { PipelineParts } from '@sightline/workers/pipeline';
import { setupsOf, type CameraSetup } from '@sightline/workers/run/setup';
import { partsOf } from 'sightline/engine';
import type { Heard } from './results.js';

/**
 * What a worker does that takes a camera over after its nth frame, for every n: the state as a checkpoint keeps it, then all
 * frames that follow, to the end. Every output and the last state must be the same bytes as one owner's; a thing that
 * tracker or zones learned and a checkpoint lacks shows here, wherever it is first missed.
 */
export function firstResumeThatDiffers(site: Site, { byCamera }: Heard): string {
  const setups = setupsOf({ v: 1, version: siteVersion(site), site });
  for (const [camera, said] of byCamera) {
    const inputs = said.map(({ input }) => input);
    for (const [kind, frames] of Object.entries({ 'as they were': inputs, troubled: troubled(inputs) })) {
      const at = resumeThatDiffers(frames, setups.get(camera)!, () => partsOf(site));
      if (at !== null) return `${camera}, frames ${kind}, ${at}`;
    }
  }
  return 'none';
}

function resumeThatDiffers(inputs: readonly FrameInput[], setup: CameraSetup, parts: () => PipelineParts): string | null {
  const { name } = setup.camera;
  const step = (fold: CameraFold, input: FrameInput): string => JSON.stringify(fold.apply(input, setup));
  const alone = new CameraFold(name, parts());
  const checkpoints: string[] = [];
  const outputs = inputs.map((input) => {
    const output = step(alone, input);
    checkpoints.push(alone.snapshot()!);
    return output;
  });
  for (const [n, checkpoint] of checkpoints.entries()) {
    const fold = new CameraFold(name, parts(), { state: JSON.parse(checkpoint) as CameraState, position: inputs[n]! });
    for (let later = n + 1; later < inputs.length; later++) {
      const output = step(fold, inputs[later]!);
      if (output !== outputs[later]) return `taken over after frame ${n}: frame ${later} says something else, ${near(outputs[later]!, output)}`;
    }
    if (fold.snapshot() !== checkpoints.at(-1)) return `taken over after frame ${n}: the last state is another, ${near(checkpoints.at(-1)!, fold.snapshot()!)}`;
  }
  return null;
}

/** The same frames with all that can happen to a camera: frames that failed, that the gate held back, that were lost; dark, moved, and away for a while. */
function troubled(inputs: readonly FrameInput[]): FrameInput[] {
  const third = Math.floor(inputs.length / 3);
  return inputs.flatMap((input, n) => {
    if (n % 11 === 7) return [];
    const away = n >= third ? 12e6 : 0;
    const { embedding, facings, ...rest } = { ...input, capturedAt: input.capturedAt + away };
    if (n % 13 === 5) return [{ ...rest, state: 'quiet' as const, detections: [] }];
    if (n % 17 === 9) return [{ ...rest, state: 'failed' as const, reason: 'a test', detections: [] }];
    const seen = { ...rest, ...(facings && { facings }), ...(embedding !== undefined && { embedding }), ...(n % 11 === 8 && { dropped: { overload: 1 } }) };
    if (n > 2 * third && n < 2 * third + 6) return [{ ...seen, motion: [0.01, -0.004] as const }];
    if (n > third && n < third + 5) return [{ ...seen, quality: { ...input.quality, state: n < third + 3 ? ('dark' as const) : ('moved' as const) } }];
    return [seen];
  });
}

/** Where two texts part, in words that fit a screen. */
function near(wanted: string, got: string): string {
  const at = [...wanted].findIndex((char, index) => got[index] !== char);
  const around = (text: string): string => text.slice(Math.max(0, at - 80), at + 160);
  return `wanted …${around(wanted)}…, got …${around(got)}…`;
}

/** A site with a zone of every kind, and of every further wish, on each camera that knows no zone of that kind yet. */
export function withEveryZone(site: Site): Site {
  const middle: [number, number][] = [[0.2, 0.2], [0.8, 0.2], [0.8, 0.9], [0.2, 0.9]];
  const zones = site.cameras.flatMap(({ name: camera }) => [
    { name: `${camera}-line`, kind: 'line', camera, line: [[0.5, 0.1], [0.5, 1]], gate: [[0.6, 0.1], [0.6, 1]], occupancy: { resetAt: '04:00', space: middle, emptyAfter: '2s' } },
    { name: `${camera}-area`, kind: 'area', camera, polygon: middle, capacity: 5, loiterAfter: '3s', crowd: { count: 2, for: '2s' } },
    { name: `${camera}-queue`, kind: 'queue', camera, polygon: middle, service: [[0.5, 0.5], [0.9, 0.5], [0.9, 1], [0.5, 1]], servers: 2 },
    { name: `${camera}-stalls`, kind: 'stalls', camera, stalls: [0, 1, 2, 3].map((n) => ({ name: `s${n}`, polygon: [[n / 4, 0.4], [(n + 1) / 4, 0.4], [(n + 1) / 4, 0.9], [n / 4, 0.9]] })), overstayAfter: '5s' },
    { name: `${camera}-shelf`, kind: 'shelf', camera, facings: [0, 1].map((n) => ({ name: `f${n}`, polygon: [[n / 2, 0.3], [(n + 1) / 2, 0.3], [(n + 1) / 2, 0.7], [n / 2, 0.7]] })) },
  ]);
  return siteSchema.parse({ ...site, zones: [...site.zones, ...zones] });
}
