import { mkdir, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { decodeBands, type Detector, type Polygon } from '@sightline/schemas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { installModel, listModels } from '../registry.js';
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

  it('gives facings and the background only when asked, and takes new facings of a camera', async () => {
    const pixels = Uint8Array.from({ length: 64 * 64 * 3 }, (_, i) => (i * 7919) % 251);
    const frame = { camera: 'shelf', width: 64, height: 64 };
    const left: Polygon = [[0, 0], [0.5, 0], [0.5, 1], [0, 1]];
    const right: Polygon = [[0.5, 0], [1, 0], [1, 1], [0.5, 1]];
    const plain = await detector.detect({ ...frame, pixels: Uint8Array.from(pixels) });
    expect([plain.facings, plain.embedding]).toEqual([undefined, undefined]);
    const facings = { left };
    const first = await detector.detect({ ...frame, pixels: Uint8Array.from(pixels), facings });
    const again = await detector.detect({ ...frame, pixels: Uint8Array.from(pixels), facings, embedding: true });
    expect(again.facings).toEqual(first.facings);
    expect(decodeBands(first.facings!['left']!)).toMatchObject({ count: 3, channels: 64 });
    expect(Buffer.from(again.embedding!, 'base64')).toHaveLength(64 * 4);
    const moved = await detector.detect({ ...frame, pixels: Uint8Array.from(pixels), facings: { left: right } });
    expect(moved.facings!['left']).not.toBe(first.facings!['left']);
  });
});

describe('opening a detector', () => {
  it('names the model that is not there and what to do', async () => {
    await expect(openDetector({ model: 'nonesuch', folder, threads: 1 })).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND', message: expect.stringMatching(/^model "nonesuch" is not installed: there is no .*manifest\.json$/) as string });
  });

  it('refuses an installed model that was changed or cut off', async () => {
    const spoilt = await mkdtemp(path.join(os.tmpdir(), 'sightline-spoilt-'));
    await installModel({ name: 'default', folder: spoilt });
    const file = path.join(spoilt, 'centernet', 'model.onnx');
    await truncate(file, 100_000);
    await expect(openDetector({ folder: spoilt, threads: 1 })).rejects.toMatchObject({ code: 'MODEL_INVALID', message: expect.stringMatching(/\(100000 bytes, sha256 .*is not the file that was installed/) as string });
    await rm(spoilt, { recursive: true });
  });

  it('installs the default again when its manifest is of another version', async () => {
    const old = await mkdtemp(path.join(os.tmpdir(), 'sightline-old-'));
    await mkdir(path.join(old, 'centernet'));
    await writeFile(path.join(old, 'centernet', 'manifest.json'), '{"v": 0}');
    expect((await listModels(old)).find(({ name }) => name === 'centernet')).toMatchObject({ installed: null, isDefault: true, fault: expect.stringContaining('manifest.json') as string });
    const opened = await openDetector({ folder: old, threads: 1 });
    expect(opened.model.version).toMatch(/^centernet@[0-9a-f]{12}$/);
    await opened.close();
    await rm(old, { recursive: true });
  });
});
