import type { DriftRow, FrameInput } from '@sightline/schemas';
import { describe, expect, test } from 'vitest';
import { createDriftSketcher } from './create.js';
import { createFourierFeatures } from './fourier.js';

const minute = 60_000_000;
const start = 1_700_000_040_000_000 - (1_700_000_040_000_000 % minute);

function encode(values: readonly number[]): string {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, i) => bytes.writeFloatLE(value, i * 4));
  return bytes.toString('base64');
}

function frame(seconds: number, changes: Partial<FrameInput> = {}): FrameInput {
  const embedding = encode(Array.from({ length: 48 }, (_, i) => Math.sin(i * 1.7 + seconds * 0.01)));
  return {
    camera: 'plaza',
    epoch: 1,
    seq: Math.round(seconds * 10),
    capturedAt: start + seconds * 1e6,
    recording: true,
    state: 'inferred',
    quality: { brightness: 100, contrast: 40, sharpness: 9, state: 'ok' },
    motion: [0, 0],
    dropped: {},
    site: 'site',
    model: 'default@1',
    aspect: 16 / 9,
    detections: [],
    embedding,
    ...changes,
  };
}

function fold(frames: readonly FrameInput[], sketcher = createDriftSketcher()): DriftRow[] {
  return frames.flatMap((each) => [...sketcher.step(each)]);
}

const everySecond = (count: number, changes: Partial<FrameInput> = {}): FrameInput[] => Array.from({ length: count }, (_, i) => frame(i, changes));

describe('Fourier features', () => {
  test.each([24, 64, 128, 192])('approximate the Gaussian kernel over %i channels', (channels) => {
    const width = Math.sqrt(channels);
    const features = createFourierFeatures({ channels, width });
    const x = Array.from({ length: channels }, (_, i) => Math.sin(i * 2.1));
    for (const step of [0, 0.1, 0.5, 1]) {
      const y = x.map((value, i) => value + step * Math.cos(i * 3.3) * Math.SQRT2);
      const squared = x.reduce((sum, value, i) => sum + (value - y[i]!) ** 2, 0);
      const zx = Float64Array.from(features.of(x));
      const zy = features.of(y);
      const dot = zx.reduce((sum, value, i) => sum + value * zy[i]!, 0);
      expect(Math.abs(dot - Math.exp(-squared / (2 * width ** 2)))).toBeLessThan(0.05);
    }
  });
});

describe('drift sketcher', () => {
  test('writes one row a minute of event time, with every embedding in it', () => {
    const rows = fold([...everySecond(60), frame(60)]);
    expect(rows).toHaveLength(1);
    expect(rows[0]).toMatchObject({ minute: start, n: 60, bad: 0, brightness: 100, contrast: 40, sharpness: 9 });
    expect(rows[0]!.sums).toHaveLength(256);
    expect(rows[0]!.sums.every(Number.isInteger)).toBe(true);
  });

  test('the norm of the mean of equal frames is 1', () => {
    const same = frame(0).embedding!;
    const [row] = fold([...everySecond(60, { embedding: same }), frame(60)]);
    const norm = row!.sums.reduce((sum, value) => sum + (value / (32_767 * row!.n)) ** 2, 0);
    expect(norm).toBeCloseTo(1, 4);
  });

  test.each(['dark', 'blurred', 'frozen', 'moved'] as const)('a %s frame is counted as bad and never enters the sums', (state) => {
    const good = everySecond(60);
    const bad = good.map((each, i) => (i < 15 ? each : { ...each, quality: { ...each.quality, state } }));
    const [row] = fold([...bad, frame(60)]);
    const [reference] = fold([...good.slice(0, 15), frame(60)]);
    expect(row).toMatchObject({ n: 15, bad: 0.75 });
    expect(row!.sums).toEqual(reference!.sums);
  });

  test('frames without an embedding, and embeddings that cannot be read, are left out', () => {
    const without = frame(2);
    Reflect.deleteProperty(without, 'embedding');
    const broken = [without, frame(3, { embedding: encode([NaN, 1]) }), frame(4, { embedding: 'AAA=' }), frame(5, { embedding: '' }), frame(6, { embedding: encode([2, 2, 2]) })];
    const [row] = fold([frame(1), ...broken, frame(60)]);
    expect(row).toMatchObject({ n: 1, bad: 0 });
  });

  test('a minute without embeddings still says how the picture was', () => {
    const dark = { brightness: 5, contrast: 2, sharpness: 1, state: 'dark' as const };
    const [row] = fold([frame(0, { quality: dark }), frame(61)]);
    expect(row).toMatchObject({ n: 0, sums: [], bad: 1, brightness: 5 });
  });

  test('another model begins a row of another version in the same minute', () => {
    const rows = fold([frame(0), frame(1, { model: 'other@2' }), frame(60)]);
    expect(rows.map((row) => [row.minute, row.n])).toEqual([[start, 1], [start, 1]]);
    expect(new Set(rows.map((row) => row.version)).size).toBe(2);
  });

  test('goes on exactly from a snapshot that was JSON', () => {
    const frames = [...everySecond(150)];
    const whole = fold(frames);
    const first = createDriftSketcher();
    const before = fold(frames.slice(0, 77), first);
    const restored = createDriftSketcher({}, JSON.parse(JSON.stringify(first.snapshot())));
    expect([...before, ...fold(frames.slice(77), restored)]).toEqual(whole);
  });
});
