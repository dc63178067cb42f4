import type { Detection, FrameInput } from '@sightline/schemas';
import { describe, expect, it } from 'vitest';
import { createTracker } from './create.js';

const second = 1_000_000;

function frame(seconds: number, detections: readonly Partial<Detection>[], more: Partial<FrameInput> = {}): FrameInput {
  return {
    camera: 'door',
    epoch: 36,
    seq: Math.round(seconds * 1000),
    capturedAt: Math.round(seconds * second),
    recording: true,
    state: 'inferred',
    quality: { brightness: 100, contrast: 40, sharpness: 5, state: 'ok' },
    motion: [0, 0],
    dropped: {},
    site: 's',
    model: 'm',
    aspect: 16 / 9,
    detections: detections.map((d) => ({ x: 0.4, y: 0.4, w: 0.05, h: 0.2, cls: 'person', score: 0.8, ...d })),
    ...more,
  };
}

describe('createTracker', () => {
  it('says a person after two clear sightings, with one id while it walks', () => {
    const tracker = createTracker();
    const ids = new Set<string>();
    for (let k = 0; k < 20; k++) {
      const { tracks } = tracker.step(frame(k / 10, [{ x: 0.2 + 0.01 * k }]));
      expect(tracks.length).toBe(k === 0 ? 0 : 1);
      for (const track of tracks) ids.add(track.id);
    }
    expect([...ids]).toEqual(['10-1']);
  });

  it('says where an object was first seen, once, in the frame that first reports it', () => {
    const tracker = createTracker();
    const said = Array.from({ length: 6 }, (_, k) => tracker.step(frame(k / 10, [{ x: 0.2 + 0.01 * k }, ...(k === 2 ? [{ x: 0.8, score: 1 }] : [])])).tracks);
    expect(said.map((tracks) => tracks.filter(({ first }) => first).length)).toEqual([0, 1, 0, 0, 0, 0]);
    const { first, since } = said[1]![0]!;
    expect(since).toBe(0);
    expect(first).toEqual({ x: expect.closeTo(0.2, 9), y: expect.closeTo(0.4, 9), w: expect.closeTo(0.05, 9), h: expect.closeTo(0.2, 9) });
    // Believed at first sight, it has no beginning but that frame.
    expect(said[2]!.map(({ id }) => id)).toContain('10-2');
  });

  it('coasts for a quarter of a second, then waits in silence and goes on under the same id', () => {
    const tracker = createTracker();
    for (let k = 0; k < 10; k++) tracker.step(frame(k / 10, [{}]));
    const shown = Array.from({ length: 10 }, (_, k) => tracker.step(frame(1 + k / 10, [])).tracks);
    expect(shown.map((tracks) => tracks.length)).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 0]);
    expect(shown[1]![0]!.coasting).toBeCloseTo(0.2, 6);
    expect(tracker.step(frame(2, [{}])).tracks.map((track) => track.id)).toEqual(['10-1']);
  });

  it.each([
    { rate: 2, missing: 1, options: {}, filled: true },
    { rate: 2, missing: 1, options: { fillSeconds: 0.9 }, filled: true },
    { rate: 10, missing: 8, options: {}, filled: true },
    { rate: 10, missing: 12, options: {}, filled: false },
    { rate: 0.5, missing: 1, options: {}, filled: false },
  ])('fills $missing missing frames at $rate a second afterwards: $filled', ({ rate, missing, options, filled }) => {
    const tracker = createTracker({ lostSeconds: 9, ...options });
    const corrected = Array.from({ length: 40 }, (_, k) => tracker.step(frame(k / rate, k >= 15 && k < 15 + missing ? [] : [{ x: 0.2 + (0.02 * k) / rate }])).corrected).flat();
    const shown = corrected.filter(({ at }) => at >= (15 / rate) * second && at < ((15 + missing) / rate) * second - 1).map(({ tracks }) => tracks.length);
    expect(shown).toEqual(Array.from({ length: missing }, () => (filled ? 1 : 0)));
  });

  it('never ends or moves a track in quiet frames, however many', () => {
    const tracker = createTracker();
    for (let k = 0; k < 10; k++) tracker.step(frame(k / 10, [{}]));
    for (let k = 0; k < 600; k++) {
      const { tracks } = tracker.step(frame(1 + k / 10, [], { state: 'quiet' }));
      expect(tracks).toHaveLength(1);
      expect(tracks[0]!.coasting).toBe(0);
      expect(tracks[0]!.x).toBeCloseTo(0.4, 3);
    }
    expect(tracker.step(frame(61, [{}])).tracks[0]!.id).toBe('10-1');
  });

  it('says the finished track once, with the time it was there', () => {
    const tracker = createTracker();
    const finished = [];
    for (let k = 0; k < 80; k++) finished.push(...tracker.step(frame(k / 10, k < 40 ? [{ x: 0.2 + 0.01 * k }] : [])).finished);
    expect(finished).toHaveLength(1);
    expect(finished[0]!.from).toBe(0);
    expect(finished[0]!.to).toBe(3.9 * second);
    expect(finished[0]!.path.at(-1)![1]).toBeCloseTo(0.2 + 0.39 + 0.025, 1);
  });

  it('goes on exactly where a snapshot stands, after a way through JSON', () => {
    const whole = createTracker();
    let split = createTracker();
    for (let k = 0; k < 60; k++) {
      const input = frame(k / 10, k % 7 === 3 ? [] : [{ x: 0.2 + 0.007 * k }, { x: 0.7 - 0.009 * k, score: 0.5 + 0.4 * Math.sin(k) }]);
      expect(JSON.stringify(split.step(input))).toBe(JSON.stringify(whole.step(input)));
      split = createTracker({}, JSON.parse(JSON.stringify(split.snapshot())));
    }
  });

  it('begins anew when the clock turns back', () => {
    const tracker = createTracker();
    for (let k = 0; k < 10; k++) tracker.step(frame(100 + k / 10, [{}]));
    const { ended, finished } = tracker.step(frame(50, [{}]));
    expect(ended).toEqual(['10-1']);
    expect(finished).toHaveLength(1);
  });
});
