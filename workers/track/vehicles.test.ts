import type { Box, Detection, FrameInput, Track } from '@sightline/schemas';
import { describe, expect, it } from 'vitest';
import { createTracker } from './create.js';

const second = 1_000_000;
const size = { w: 0.1, h: 0.12 };

function frame(at: number, boxes: readonly Partial<Box>[]): FrameInput {
  const detections: Detection[] = boxes.map((box) => ({ x: 0.5, y: 0.5, ...size, cls: 'car', score: 0.8, ...box }));
  return {
    camera: 'road', epoch: 36, seq: Math.round(at * 1000), capturedAt: Math.round(at * second), recording: true, state: 'inferred',
    quality: { brightness: 100, contrast: 40, sharpness: 5, state: 'ok' }, motion: [0, 0], dropped: {}, site: 's', model: 'm', aspect: 16 / 9, detections,
  };
}

/** A car every 1.4 s on one lane that goes down the picture, .2 of its height a second or more; two frames a second. */
function lane(at: number, speed: number, gap: number): Partial<Box>[] {
  return Array.from({ length: 200 }, (_, k) => -0.2 + speed * (at - gap * k)).flatMap((y) => (y > -0.1 && y < 0.95 ? [{ y, h: Math.min(size.h, 1 - y) }] : []));
}

describe('vehicles at two frames a second', () => {
  it('leave the picture and are not taken for the one behind', () => {
    const tracker = createTracker();
    const backwards: string[] = [];
    const last = new Map<string, Track>();
    for (let k = 0; k < 60; k++) {
      for (const track of tracker.step(frame(k / 2, lane(k / 2, 0.2, 1.4))).tracks) {
        if (track.y < (last.get(track.id)?.y ?? -1) - 0.02) backwards.push(track.id);
        last.set(track.id, track);
      }
    }
    expect(backwards).toEqual([]);
    // Thirty seconds with a car every 1.4 s, and those in the picture at the beginning.
    expect(last.size).toBeLessThanOrEqual(28);
  });

  it('that are new are expected where the others went', () => {
    const tracker = createTracker();
    // First at ten frames a second, where nothing is in doubt; then at one, where the car behind comes nearer to the place than the car itself.
    for (let k = 0; k < 200; k++) tracker.step(frame(k / 10, lane(k / 10, 0.25, 1.6)));
    const directions: number[] = [];
    const last = new Map<string, number>();
    for (let k = 0; k < 20; k++) {
      for (const { id, y } of tracker.step(frame(20 + k, lane(20 + k, 0.25, 1.6))).tracks) {
        const before = last.get(id);
        if (before !== undefined) directions.push(y - before);
        last.set(id, y);
      }
    }
    expect(directions.length).toBeGreaterThan(20);
    expect(directions.filter((step) => step < -0.02)).toEqual([]);
  });

  it('turn back under one name', () => {
    const tracker = createTracker();
    const ids = new Set<string>();
    for (let k = 0; k < 40; k++) {
      const at = k / 2;
      const turn = Math.min(Math.PI, Math.max(0, (at - 6) / 2));
      const x = 0.45 + 0.05 * (1 - Math.cos(turn)) + 0.02;
      const y = 0.2 + 0.06 * Math.min(6, at) + 0.08 * Math.sin(turn) - 0.06 * Math.max(0, at - 6 - 2 * Math.PI);
      for (const { id } of tracker.step(frame(at, [{ x, y }])).tracks) ids.add(id);
    }
    expect([...ids]).toEqual(['10-1']);
  });

  it('keep their size and speed while the frame cuts them', () => {
    const tracker = createTracker();
    let track: Track | undefined;
    for (let k = 0; k < 30; k++) {
      const y = 0.3 + 0.03 * k;
      if (y > 0.97) break;
      track = tracker.step(frame(k / 5, [{ y, h: Math.min(size.h, 1 - y) }])).tracks[0];
    }
    expect(track!.h).toBeCloseTo(size.h, 2);
    expect(track!.y + track!.h).toBeGreaterThan(1.05);
  });
});
