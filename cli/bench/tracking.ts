import { performance } from 'node:perf_hooks';
import { appearanceOf, type Detection, type FrameInput } from '@sightline/schemas';
import { createTracker } from '@sightline/workers/track/create';
import type { Figure } from '../figures.js';

/**
 * `sightline bench tracking`: what a frame costs the tracker, model and pixels apart.
 *
 *     const rows = benchTracking();
 */
interface Load {
  readonly label: string;
  readonly objects: number;
  readonly looks: boolean;
  readonly frames: number;
  readonly unit: 'µs' | 'ms';
  readonly goal: number;
}

const loads: readonly Load[] = [
  { label: '6 objects', objects: 6, looks: false, frames: 6000, unit: 'µs', goal: 60 },
  { label: '6 objects, histograms', objects: 6, looks: true, frames: 3000, unit: 'µs', goal: 200 },
  { label: '500 objects', objects: 500, looks: false, frames: 200, unit: 'ms', goal: 5 },
];

export const describeBenchTracking = `What the tracker costs a frame at 10 frames a second: objects that cross each other, one in ten missed, an ordinary
machine's core. Median of 20 slices of the run, the first quarter left out while the code warms up.`;

export function benchTracking(): Figure[] {
  return loads.map((load) => ({ case: load.label, metric: 'time per frame', value: Number(perFrame(load).toPrecision(3)), unit: load.unit, goal: load.goal, better: 'lower' as const }));
}

const slices = 20;

function perFrame({ objects, looks, frames, unit }: Load): number {
  const inputs = makeInputs(objects, looks, frames);
  const tracker = createTracker();
  const warm = Math.floor(frames / 4);
  for (const input of inputs.slice(0, warm)) tracker.step(input);
  const rest = inputs.slice(warm);
  const size = Math.floor(rest.length / slices);
  const times = Array.from({ length: slices }, (_, k) => {
    const slice = rest.slice(k * size, (k + 1) * size);
    const start = performance.now();
    for (const input of slice) tracker.step(input);
    return (performance.now() - start) / slice.length;
  }).sort((a, b) => a - b);
  return times[slices >> 1]! * (unit === 'µs' ? 1000 : 1);
}

/** Objects on ellipses through a picture; many share a place now and then. */
function makeInputs(objects: number, looks: boolean, frames: number): FrameInput[] {
  let state = 5;
  const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
  const height = objects > 50 ? 0.06 : 0.2;
  const paths = Array.from({ length: objects }, () => ({ x: random(), y: random(), r: 0.05 + 0.15 * random(), phase: 6.28 * random(), look: looks ? clothes(random) : undefined }));
  return Array.from({ length: frames }, (_, k) => ({
    ...{ camera: 'bench', epoch: 1, seq: k, capturedAt: k * 100_000, recording: true, state: 'inferred' as const, motion: [0, 0] as const, dropped: {}, site: '', model: '', aspect: 16 / 9 },
    quality: { brightness: 100, contrast: 40, sharpness: 5, state: 'ok' as const },
    detections: paths.flatMap(({ x, y, r, phase, look }): Detection[] => {
      if (random() < 0.1) return [];
      const noise = (): number => 0.03 * height * (random() - 0.5);
      const place = { x: 0.8 * x + r * Math.cos(phase + k / 40) + noise(), y: 0.7 * y + r * Math.sin(phase + k / 40) + noise(), w: height / 4, h: height + noise() };
      return [{ ...place, cls: 'person', score: 0.45 + 0.5 * random(), ...(look && { appearance: look }) }];
    }),
  }));
}

/** The appearance of someone in three colours. */
function clothes(random: () => number): string {
  const pixels = new Uint8Array(40 * 90 * 3);
  const colours = Array.from({ length: 3 }, () => [255 * random(), 255 * random(), 255 * random()]);
  for (let i = 0; i < pixels.length; i++) pixels[i] = Math.min(255, Math.max(0, colours[Math.floor(i / (40 * 30 * 3))]![i % 3]! + 40 * (random() - 0.5)));
  return appearanceOf(pixels, 40, 90, { x: 0, y: 0, w: 1, h: 1 })!;
}
