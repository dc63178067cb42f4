import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import ffmpeg from '@ffmpeg-installer/ffmpeg';
import { decodeAppearance, type Box, type Detection, type Detector } from '@sightline/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDetector } from './inference/detector.js';
import { installModel } from './registry.js';

/**
 * Both models on real footage against ground truth: forty frames of the plaza, evenly spread. docs/models.md has the whole clip's
 * figures; here it is about not being broken, so the bounds lie a little below what was measured (AP50 .92 and .93).
 */
const data = process.env['SIGHTLINE_DATA'] ?? path.resolve('../shared/data');
const every = 20;
const source = { width: 768, height: 576 };
let folder: string;
let truth: Map<number, Box[]>;

beforeAll(async () => {
  for (const needed of ['clips/plaza.avi', 'mot/PETS09-S2L1/gt.txt', 'models/yolox_nano.onnx']) if (!existsSync(path.join(data, needed))) throw new Error(`the footage of the tests is missing: no ${path.join(data, needed)}; set SIGHTLINE_DATA`);
  folder = await mkdtemp(path.join(os.tmpdir(), 'sightline-footage-'));
  await installModel({ name: 'yolox-nano', folder, file: path.join(data, 'models/yolox_nano.onnx') });
  truth = new Map();
  for (const line of readFileSync(path.join(data, 'mot/PETS09-S2L1/gt.txt'), 'utf8').trim().split('\n')) {
    const [frame, , x, y, w, h] = line.split(',').map(Number) as [number, number, number, number, number, number];
    truth.set(frame, [...(truth.get(frame) ?? []), { x: x / source.width, y: y / source.height, w: w / source.width, h: h / source.height }]);
  }
});
afterAll(() => rm(folder, { recursive: true }));

describe.each([
  ['the default', 'default', 0.88, 0.87],
  ['YOLOX-Nano', 'yolox-nano', 0.9, 0.9],
])('%s on footage', (_title, model, leastPrecision, leastF1) => {
  it('finds the people', async () => {
    const detector = await openDetector({ model, folder, threads: 2 });
    const { people, seconds } = await detectAll(detector);
    const { model: info } = detector;
    await detector.close();
    expect(averagePrecision(people)).toBeGreaterThan(leastPrecision);
    expect(bestF1(people)).toBeGreaterThan(leastF1);
    expect(info.report).toBeGreaterThan(info.floor);
    expect(seconds).toBeGreaterThan(0);
  });
});

interface Scored {
  readonly frame: number;
  readonly box: Detection;
}

async function detectAll(detector: Detector): Promise<{ people: Scored[]; seconds: number }> {
  const { width, height } = detector.inputSize(source.width, source.height);
  const run = spawnSync(ffmpeg.path, ['-v', 'error', '-i', path.join(data, 'clips/plaza.avi'), '-vf', `select=not(mod(n\\,${every})),scale=${width}:${height}`, '-vsync', 'passthrough', '-pix_fmt', 'rgb24', '-f', 'rawvideo', '-'], { maxBuffer: 1e9 });
  const size = width * height * 3;
  const count = run.stdout.length / size;
  expect(count, run.stderr.toString()).toBe(40);
  const results = await Promise.all(
    Array.from({ length: count }, (_, i) => detector.detect({ camera: 'plaza', pixels: Uint8Array.from(run.stdout.subarray(i * size, (i + 1) * size)), width, height, appearance: true })),
  );
  const people = results.flatMap(({ detections }, i) => detections.filter(({ cls }) => cls === 'person').map((box) => ({ frame: i * every + 1, box })));
  for (const { box } of people) expect(decodeAppearance(box.appearance!)).not.toBeNull();
  return { people: people.sort((a, b) => b.box.score - a.box.score), seconds: results.reduce((sum, { inferenceSeconds }) => sum + inferenceSeconds, 0) };
}

/** Marks each detection, strongest first, as right (IoU ≥ .5 with a person nobody found yet) or wrong. */
function judged(people: readonly Scored[]): { right: boolean[]; total: number } {
  const free = new Map(Array.from({ length: 40 }, (_, i) => [i * every + 1, [...(truth.get(i * every + 1) ?? [])]]));
  const total = [...free.values()].reduce((sum, boxes) => sum + boxes.length, 0);
  const right = people.map(({ frame, box }) => {
    const boxes = free.get(frame)!;
    const overlaps = boxes.map((other) => overlap(box, other));
    const best = overlaps.indexOf(Math.max(...overlaps));
    if (best < 0 || overlaps[best]! < 0.5) return false;
    boxes.splice(best, 1);
    return true;
  });
  return { right, total };
}

/** Area under the precision–recall curve, precision made monotone (PASCAL VOC 2010). */
function averagePrecision(people: readonly Scored[]): number {
  const { right, total } = judged(people);
  let hits = 0;
  const points = right.map((hit, i) => ({ recall: (hits += hit ? 1 : 0) / total, precision: hits / (i + 1) }));
  let area = 0;
  let ceiling = 0;
  for (let i = points.length - 1; i >= 0; i--) {
    ceiling = Math.max(ceiling, points[i]!.precision);
    area += (points[i]!.recall - (points[i - 1]?.recall ?? 0)) * ceiling;
  }
  return area;
}

function bestF1(people: readonly Scored[]): number {
  const { right, total } = judged(people);
  let hits = 0;
  return Math.max(...right.map((hit, i) => (2 * (hits += hit ? 1 : 0)) / (i + 1 + total)));
}

function overlap(a: Box, b: Box): number {
  const across = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  return across > 0 && down > 0 ? (across * down) / (a.w * a.h + b.w * b.h - across * down) : 0;
}
