import type { FrameInput, Track } from '@sightline/schemas';
import { describe, expect, it } from 'vitest';
import { createTracker } from './create.js';

const fps = 5;
const seconds = 120;
const width = 0.05;

function frame(k: number, x: number | null): FrameInput {
  return {
    ...{ camera: 'c', epoch: 1, seq: k, capturedAt: Math.round((k / fps) * 1e6), recording: false, state: 'inferred', motion: [0, 0], dropped: {}, site: '', model: '', aspect: 1 },
    quality: { brightness: 100, contrast: 40, sharpness: 5, state: 'ok' },
    detections: x === null ? [] : [{ x: x - width / 2, y: 0.4, w: width, h: 0.2, cls: 'person', score: 0.9 }],
  };
}

/** Numbers from −1 to 1, the same on every run. */
function trembling(): () => number {
  let seed = 1;
  return () => {
    seed = (seed * 48271) % 2147483647;
    return (2 * seed) / 2147483647 - 1;
  };
}

/** Root mean square of how far from the true place a walker is shown, over the last half; how he walks, and how his box trembles, in sizes. */
function error(walk: (at: number) => number, tremble: number): number {
  const tracker = createTracker();
  const random = trembling();
  let sum = 0;
  for (let k = 0; k < seconds * fps; k++) {
    const x = 0.5 + walk(k / fps) * 0.2;
    const [track] = tracker.step(frame(k, x + random() * tremble * 0.2)).tracks;
    if (k >= (seconds * fps) / 2) sum += (track ? (track.x + track.w / 2 - x) / 0.2 : 1) ** 2;
  }
  return Math.sqrt(sum / ((seconds * fps) / 2));
}

describe('where an object is shown', () => {
  it('lies near its box where it keeps turning and the detector is steady', () => {
    // To and fro by .3 sizes within a second, as who paces: the filter alone lags by .054 sizes.
    expect(error((at) => 0.15 * Math.sin(at * 4), 0.01)).toBeLessThan(0.02);
  });

  it('lies where its motion puts it when boxes tremble: nearer to the truth than they are', () => {
    const boxes = 0.15 / Math.sqrt(3);
    expect(error(() => 0, 0.15)).toBeLessThan(0.8 * boxes);
  });

  it('is nowhere once an object that walked out of the picture is not seen', () => {
    const tracker = createTracker();
    const shown = (k: number, x: number | null): readonly Track[] => tracker.step(frame(k, x)).tracks;
    for (let k = 0; k < 8; k++) expect(shown(k, 0.24 - k * 0.03).length, `frame ${k}`).toBe(k === 0 ? 0 : 1);
    expect(shown(8, null)).toEqual([]);
    // One who is not seen for a moment in the middle is.
    const inside = createTracker();
    for (let k = 0; k < 8; k++) inside.step(frame(k, 0.5 + k * 0.01));
    expect(inside.step(frame(8, null)).tracks).toHaveLength(1);
  });
});
