import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { cameraSchema, type CameraStatus, type FrameHeader } from '@sightline/schemas';
import { clipsFolder } from './test-footage.js';
import { startCamera, type CameraEnd, type CameraOptions } from './camera.js';

const clips = clipsFolder;

interface Seen {
  readonly header: FrameHeader;
  /** A sum over some pixels, to tell pictures apart. */
  readonly print: number;
}

function fingerprint(pixels: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < pixels.length; i += 97) sum = (sum * 31 + pixels[i]!) >>> 0;
  return sum;
}

async function play(source: string, more: Record<string, unknown> = {}, options: Partial<CameraOptions> = {}): Promise<{ seen: Seen[]; statuses: CameraStatus[]; end: CameraEnd }> {
  const seen: Seen[] = [];
  const statuses: CameraStatus[] = [];
  const run = startCamera({
    camera: cameraSchema.parse({ name: 'test', source: path.isAbsolute(source) ? source : path.join(clips, source), pace: 'fast', gate: false, ...more }),
    size: (width, height) => ({ width: 256, height: Math.round((256 * height) / width / 32) * 32 }),
    publish: async (header, pixels) => {
      seen.push({ header, print: fingerprint(pixels) });
      run.recycle(pixels);
    },
    status: (status) => statuses.push(status),
    epoch: 7,
    ...options,
  });
  return { seen, statuses, end: await run.done };
}

describe('a recording', () => {
  it('gives every frame, in order, with its own time', async () => {
    const { seen, statuses, end } = await play('plaza.avi', { fps: 30 });
    expect(end).toEqual({ frames: 795 });
    expect(seen.map(({ header }) => header.seq)).toEqual(Array.from({ length: 795 }, (_, i) => i));
    const first = seen[0]!.header.capturedAt;
    seen.forEach(({ header }, i) => expect(header.capturedAt - first).toBe(i * 100_000));
    expect(seen[0]!.header).toMatchObject({ camera: 'test', epoch: 7, width: 256, height: 192, encoding: 'rgb24', recording: true, dropped: {} });
    expect(statuses.at(-1)).toMatchObject({ state: 'ended', frames: 795, size: [768, 576], dropped: {} });
  });

  it('is thinned out by event time to the rate that is wanted', async () => {
    const { seen } = await play('traffic.mp4', { fps: 12 });
    const seconds = 499 / 30;
    expect(seen.length).toBeGreaterThan(12 * seconds - 3);
    expect(seen.length).toBeLessThanOrEqual(12 * seconds + 2);
  });

  it('resumed at a frame gives exactly the frames that the whole run gave from there', async () => {
    const whole = await play('shelf.mp4', { fps: 10, gate: true });
    const from = 250;
    const resumed = await play('shelf.mp4', { fps: 10, gate: true }, { startAtSeq: from });
    expect(whole.seen.length).toBeGreaterThan(390);
    expect(resumed.seen).toEqual(whole.seen.slice(from));
  });
});

describe('a file as a camera', () => {
  it('plays in a loop at its own speed, with time that grows', async () => {
    const seen: FrameHeader[] = [];
    const run = startCamera({
      camera: cameraSchema.parse({ name: 'loop', source: path.join(clips, 'traffic.mp4'), loop: true, fps: 30 }),
      size: () => ({ width: 96, height: 64 }),
      publish: async (header, pixels) => {
        seen.push(header);
        run.recycle(pixels);
      },
      status: () => undefined,
      epoch: 1,
    });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const pid = run.pid!;
    await run.stop();
    expect(seen.length).toBeGreaterThan(5);
    expect(seen.length).toBeLessThan(60);
    expect(seen[0]!.recording).toBe(false);
    seen.slice(1).forEach((header, i) => {
      expect(header.seq).toBeGreaterThan(seen[i]!.seq);
      expect(header.capturedAt).toBeGreaterThan(seen[i]!.capturedAt);
    });
    expect(Math.abs(seen.at(-1)!.capturedAt / 1000 - Date.now())).toBeLessThan(2000);
    expect(pid).toBeGreaterThan(0);
    expect(() => process.kill(pid, 0)).toThrow();
  });

  it('that the log cannot keep up with loses its oldest frames, and counts every one of them', async () => {
    const seen: FrameHeader[] = [];
    const statuses: CameraStatus[] = [];
    const run = startCamera({
      camera: cameraSchema.parse({ name: 'busy', source: path.join(clips, 'traffic.mp4'), loop: true, fps: 30, gate: false }),
      size: () => ({ width: 96, height: 64 }),
      publish: async (header, pixels) => {
        await new Promise((resolve) => setTimeout(resolve, 150));
        seen.push(header);
        run.recycle(pixels);
      },
      status: (status) => statuses.push(status),
      epoch: 1,
    });
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await run.stop();
    const lost = seen.map(({ dropped }) => dropped.overload ?? 0);
    seen.slice(1).forEach((header, i) => expect(header.seq - seen[i]!.seq - 1).toBe(lost[i + 1]));
    expect(lost.reduce((a, b) => a + b)).toBeGreaterThan(20);
    expect(statuses.at(-1)!.dropped['overload']).toBeGreaterThanOrEqual(lost.reduce((a, b) => a + b));
    // What is analysed is recent, however much is lost.
    expect(Date.now() - seen.at(-1)!.capturedAt / 1000).toBeLessThan(2000);
  });

  it('stops at once when nobody takes its frames any more', async () => {
    const run = startCamera({
      camera: cameraSchema.parse({ name: 'stuck', source: path.join(clips, 'traffic.mp4'), loop: true }),
      size: () => ({ width: 96, height: 64 }),
      publish: () => new Promise(() => undefined),
      status: () => undefined,
      epoch: 1,
    });
    await new Promise((resolve) => setTimeout(resolve, 800));
    const before = Date.now();
    await run.stop();
    expect(Date.now() - before).toBeLessThan(2500);
  });
});

describe('a recording whose log refuses', () => {
  it('ends with what the log said, having lost nothing silently', async () => {
    const run = startCamera({
      camera: cameraSchema.parse({ name: 'refused', source: path.join(clips, 'traffic.mp4'), pace: 'fast' }),
      size: () => ({ width: 96, height: 64 }),
      publish: () => Promise.reject(new Error('the log is closed')),
      status: () => undefined,
      epoch: 1,
    });
    expect((await run.done).error?.message).toMatch(/the log is closed/);
  });

  it('whose ffmpeg crashes goes on with the next frame', async () => {
    const whole = await play('plaza.avi', { fps: 10 });
    const seen: Seen[] = [];
    let killed = 0;
    const run = startCamera({
      camera: cameraSchema.parse({ name: 'test', source: path.join(clips, 'plaza.avi'), pace: 'fast', gate: false }),
      size: (width, height) => ({ width: 256, height: Math.round((256 * height) / width / 32) * 32 }),
      publish: async (header, pixels) => {
        seen.push({ header, print: fingerprint(pixels) });
        run.recycle(pixels);
        if ((header.seq === 200 || header.seq === 500) && run.pid !== undefined) {
          process.kill(run.pid, 'SIGKILL');
          killed++;
        }
      },
      status: () => undefined,
      epoch: 7,
    });
    expect(await run.done).toEqual({ frames: 795 });
    expect(killed).toBe(2);
    expect(seen).toEqual(whole.seen);
  });
});
