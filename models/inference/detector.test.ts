import { rm, mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Detector } from '@sightline/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDetector } from './detector.js';

/** The detector as the pipeline uses it: real threads, the default model converted from its package. */
let folder: string;
let detector: Detector;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sightline-models-'));
  detector = await openDetector({ folder, threads: 2 });
});

afterAll(async () => {
  await detector.close();
  await rm(folder, { recursive: true });
});

const grey = (width: number, height: number): Uint8Array => new Uint8Array(width * height * 3).fill(128);

describe('a detector', () => {
  it('offers its measured input size at the aspect of the camera', () => {
    expect(detector.inputSize(768, 576)).toEqual({ width: 416, height: 320 });
    expect(detector.inputSize(1920, 1080)).toEqual({ width: 512, height: 288 });
    expect(detector.inputSize(1080, 1920)).toEqual({ width: 288, height: 512 });
    const { width, height } = detector.inputSize(3840, 1080);
    expect([width % 32, height % 32]).toEqual([0, 0]);
    expect(width / height).toBeCloseTo(3840 / 1080, 0);
  });

  it('takes the pixels away and gives the same memory back', async () => {
    const pixels = grey(416, 320);
    const answer = detector.detect({ camera: 'a', pixels, width: 416, height: 320 });
    expect(pixels.byteLength).toBe(0);
    const { pixels: back, detections } = await answer;
    expect(back.byteLength).toBe(416 * 320 * 3);
    expect(back[0]).toBe(128);
    expect(detections).toEqual([]);
  });

  it('refuses a frame that does not fit by value and rule, and goes on', async () => {
    await expect(detector.detect({ camera: 'a', pixels: grey(100, 100), width: 100, height: 100 })).rejects.toMatchObject({ code: 'FRAME_INVALID', message: 'camera "a": a frame of 100×100 pixels; the model takes sides that are multiples of 32' });
    await expect(detector.detect({ camera: 'a', pixels: grey(64, 64), width: 96, height: 64 })).rejects.toMatchObject({ code: 'FRAME_INVALID', message: 'camera "a": 12288 bytes for a frame of 96×64; rgb24 has 18432' });
    await expect(detector.detect({ camera: 'a', pixels: grey(64, 64), width: 64, height: 64 })).resolves.toMatchObject({ detections: [] });
  });
});
