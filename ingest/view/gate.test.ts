import { readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { dataFolder, thumbnailsOf } from '../test-footage.js';
import { Gate, heartbeatSeconds } from './gate.js';

const width = 96;
const height = 54;

/** For each frame, the frame that the detector saw last. */
function lastSeen(frames: readonly Uint8Array[], fps: number): number[] {
  const gate = new Gate(width, height);
  let last = -1;
  return frames.map((frame, i) => (gate.quiet(frame, i / fps) ? last : (last = i)));
}

function skippedShare(frames: readonly Uint8Array[], fps: number): number {
  return lastSeen(frames, fps).filter((seen, i) => seen !== i).length / frames.length;
}

describe('the gate on footage', () => {
  let shelf: Uint8Array[];
  beforeAll(async () => {
    shelf = await thumbnailsOf('shelf.mp4');
  });

  it('skips most of a shelf that is seldom touched', () => {
    expect(skippedShare(shelf, 29.83)).toBeGreaterThan(0.5);
  });

  it('skips what nobody walks through at a counter', async () => {
    expect(skippedShare(await thumbnailsOf('counter.mp4'), 10)).toBeGreaterThan(0.41);
  });

  it('skips nothing in dense traffic', async () => {
    expect(skippedShare(await thumbnailsOf('traffic.mp4'), 30)).toBeLessThan(0.01);
  });

  it('hides nobody on a plaza: every true box of a skipped frame still lies where the detector last saw it', async () => {
    const seen = lastSeen(await thumbnailsOf('plaza.avi'), 10);
    const boxes = new Map<string, Box>();
    for (const line of readFileSync(path.join(dataFolder, 'mot/PETS09-S2L1/gt.txt'), 'utf8').trim().split('\n')) {
      const [frame, id, x, y, w, h] = line.split(',').map(Number) as [number, number, number, number, number, number];
      boxes.set(`${frame - 1} ${id}`, { x, y, w, h });
    }
    expect(boxes.size).toBe(4650);
    for (const [key, box] of boxes) {
      const [frame, id] = key.split(' ').map(Number) as [number, number];
      const before = boxes.get(`${seen[frame]!} ${id}`);
      expect(before === undefined ? 0 : overlap(box, before), `frame ${frame}, person ${id}`).toBeGreaterThanOrEqual(0.5);
    }
  });

  it('leaves a frozen feed its heartbeat alone', () => {
    const frozen = Array.from({ length: 600 }, () => shelf[0]!);
    expect(skippedShare(frozen, 10)).toBe(1 - 1 / (10 * heartbeatSeconds));
  });

  it('sees a person of two by four thumbnail pixels arrive and walk on', () => {
    const gate = new Gate(width, height);
    const still = shelf.slice(0, 60);
    still.forEach((frame, i) => gate.quiet(frame, i / 10));
    let looked = 0;
    for (let step = 0; step < 40; step++) {
      const frame = shelf[60]!.slice();
      for (let y = 20; y < 24; y++) for (let x = 0; x < 2; x++) frame[y * width + 20 + step + x]! ^= 32;
      if (!gate.quiet(frame, 6 + step / 10)) looked++;
    }
    expect(looked).toBeGreaterThan(30);
  });
});

describe('the gate', () => {
  /** A scene with texture and ±1 grey level of noise. */
  const scene = (i: number, light = 0): Uint8Array => Uint8Array.from({ length: width * height }, (_, p) => 80 + ((p * 37) % 60) + light + (((p * 2654435761 + i * 40503) >>> 7) % 3) - 1);

  it('takes a change of exposure for what it is', () => {
    const gate = new Gate(width, height);
    expect(gate.quiet(scene(0), 0)).toBe(false);
    expect(gate.quiet(scene(1, 6), 0.1)).toBe(true);
    expect(gate.quiet(scene(2, 60), 0.2)).toBe(false);
  });

  it('forgets a frame that never reached the detector', () => {
    const gate = new Gate(width, height);
    gate.quiet(scene(0), 0);
    expect(gate.quiet(scene(1), 0.1)).toBe(true);
    gate.forget();
    expect(gate.quiet(scene(2), 0.2)).toBe(false);
    expect(gate.quiet(scene(3), 0.3)).toBe(true);
  });

  it('looks again when time goes back', () => {
    const gate = new Gate(width, height);
    gate.quiet(scene(0), 100);
    expect(gate.quiet(scene(1), 5)).toBe(false);
  });

  it('does not learn to ignore what moves all the time', () => {
    const gate = new Gate(width, height);
    for (let i = 0; i < 600; i++) {
      const frame = scene(i);
      for (let y = 10; y < 18; y++) for (let x = 10; x < 16; x++) frame[y * width + x] = i % 2 === 0 ? 200 : 120;
      expect(gate.quiet(frame, i / 10), `frame ${i}`).toBe(false);
    }
  });
});

interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

function overlap(a: Box, b: Box): number {
  const across = Math.max(0, Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x));
  const down = Math.max(0, Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y));
  return (across * down) / (a.w * a.h + b.w * b.h - across * down);
}
