import type { Detection, FrameInput } from '@sightline/schemas';
import { describe, expect, it } from 'vitest';
import { createTracker } from './create.js';

const second = 1_000_000;
const fps = 5;
const place = { x: 0.4, y: 0.4, w: 0.05, h: 0.2, cls: 'person' };

function frame(k: number, detections: readonly Detection[]): FrameInput {
  return {
    ...{ camera: 'c', epoch: 1, seq: k, capturedAt: Math.round((k / fps) * second), recording: false, state: 'inferred', motion: [0, 0], dropped: {}, site: '', model: '', aspect: 16 / 9 },
    quality: { brightness: 100, contrast: 40, sharpness: 5, state: 'ok' },
    detections,
  };
}

/** How many of the frames from `from` on show an object, where `seen` says what stands at the place in each. */
function shown(seconds: number, from: number, seen: (at: number) => readonly Detection[]): number {
  let tracker = createTracker();
  let frames = 0;
  for (let k = 0; k < seconds * fps; k++) {
    if (tracker.step(frame(k, seen(k / fps))).tracks.length > 0 && k >= from * fps) frames += 1;
    if (k % 50 === 49) tracker = createTracker({}, JSON.parse(JSON.stringify(tracker.snapshot())));
  }
  return frames / ((seconds - from) * fps);
}

describe('what always stands there', () => {
  it('is not shown for long when a lucky score began it, nor kept by who passes', () => {
    expect(shown(120, 15, (at) => [{ ...place, score: at === 1 ? 0.75 : 0.55 }])).toBe(0);
    const passing = (at: number): Detection[] => [{ ...place, score: 0.55 }, ...(at > 60 && at < 70 ? [{ ...place, x: 0.02 + (at - 60) * 0.08, score: 0.85 }] : [])];
    const withWalker = shown(120, 15, passing);
    expect(withWalker).toBeGreaterThan(0.08);
    expect(withWalker).toBeLessThan(0.12);
  });

  it('is an object when it is clear now and then', () => {
    expect(shown(600, 5, (at) => [{ ...place, score: Math.round(at * fps) % 10 === 0 ? 0.75 : 0.5 }])).toBe(1);
  });

  it('is an object when it was seen to come, however weak it is seen afterwards', () => {
    const walksInAndSits = (at: number): Detection[] => (at < 20 ? [] : [{ ...place, x: at < 24 ? 0.4 - (24 - at) * 0.05 : 0.4, score: at < 24 ? 0.85 : 0.45 }]);
    expect(shown(600, 25, walksInAndSits)).toBe(1);
    const appears = (at: number): Detection[] => (at < 20 ? [] : [{ ...place, score: at < 21 ? 0.85 : 0.45 }]);
    expect(shown(600, 25, appears)).toBe(1);
  });

  it('is never a parked car', () => {
    expect(shown(600, 5, () => [{ ...place, w: 0.15, h: 0.1, cls: 'car', score: 0.52 }])).toBe(1);
  });
});
