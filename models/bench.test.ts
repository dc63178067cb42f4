import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { benchModel } from './bench.js';

it('times bare, adapted and whole calls of the same frames', async () => {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'sightline-bench-'));
  const frames = [0, 90].map((grey) => new Uint8Array(128 * 64 * 3).fill(grey));
  const result = await benchModel({ folder, frames, width: 128, height: 64, rounds: 5 });
  expect(result).toMatchObject({ model: 'centernet', width: 128, height: 64, objectsPerFrame: 0 });
  for (const ms of [result.bareMs, result.adaptedMs, result.detectMs, result.outsideMs]) expect(ms).toBeGreaterThan(0);
  expect(result.outsideMs).toBeLessThan(result.detectMs);
  expect(result.ratio).toBeGreaterThan(0.2);
  await rm(folder, { recursive: true });
});
