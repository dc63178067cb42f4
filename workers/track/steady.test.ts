import type { Detection, FrameInput } from '@sightline/schemas';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createTracker } from './create.js';

/** What must hold for any stream: splits and restarts change nothing, shaking changes nothing, who stays keeps one name. */
const second = 1_000_000;

function frame(at: number, detections: readonly Detection[], more: Partial<FrameInput> = {}): FrameInput {
  return {
    ...{ camera: 'c', epoch: 5, seq: Math.round(at * 1000), capturedAt: Math.round(at * second), recording: false, state: 'inferred', motion: [0, 0], dropped: {}, site: '', model: '', aspect: 4 / 3 },
    quality: { brightness: 100, contrast: 40, sharpness: 5, state: 'ok' },
    detections,
    ...more,
  };
}

const detection = fc.record({
  x: fc.double({ min: -0.1, max: 1, noNaN: true }),
  y: fc.double({ min: -0.1, max: 1, noNaN: true }),
  w: fc.double({ min: 0, max: 0.3, noNaN: true }),
  h: fc.double({ min: 0, max: 0.5, noNaN: true }),
  score: fc.double({ min: 0, max: 1, noNaN: true }),
  cls: fc.constantFrom('person', 'car', 'truck', 'dog'),
});

/** Streams of a few wandering objects among arbitrary boxes, at uneven steps, with quiet and failed frames. */
const stream = fc
  .array(
    fc.record({
      step: fc.constantFrom(0, 0.033, 0.1, 0.5, 3),
      state: fc.constantFrom('inferred' as const, 'inferred' as const, 'inferred' as const, 'quiet' as const, 'failed' as const),
      wild: fc.array(detection, { maxLength: 3 }),
      present: fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((steps) => {
    let at = 1;
    return steps.map(({ step, state, wild, present }, k) => {
      at += step;
      const walkers = present.flatMap((seen, i): Detection[] => (seen ? [{ x: 0.1 + 0.25 * i + 0.01 * k, y: 0.3, w: 0.06, h: 0.2, cls: 'person', score: 0.85 }] : []));
      return frame(at, state === 'inferred' ? [...walkers, ...wild] : [], { seq: k, state });
    });
  });

describe('a tracker is a fold', () => {
  it('gives the same answer through any split by snapshots', () => {
    fc.assert(
      fc.property(stream, fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), (inputs, splits) => {
        const whole = createTracker();
        let parts = createTracker();
        inputs.forEach((input, k) => {
          expect(JSON.stringify(parts.step(input))).toBe(JSON.stringify(whole.step(input)));
          if (splits[k]) parts = createTracker({}, JSON.parse(JSON.stringify(parts.snapshot())));
        });
        expect(JSON.stringify(parts.flush())).toBe(JSON.stringify(whole.flush()));
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  it('says each id of a frame once, ends each shown track once, and never says a number that is none', () => {
    fc.assert(
      fc.property(stream, (inputs) => {
        const tracker = createTracker();
        const shown = new Set<string>();
        const ended = new Set<string>();
        for (const output of [...inputs.map((input) => tracker.step(input)), tracker.flush()]) {
          expect(new Set(output.tracks.map(({ id }) => id)).size).toBe(output.tracks.length);
          for (const { id, x, y, w, h } of output.tracks) {
            expect(Number.isFinite(x + y + w + h) && w > 0 && h > 0).toBe(true);
            expect(ended.has(id)).toBe(false);
            shown.add(id);
          }
          for (const id of output.ended) {
            expect(ended.has(id)).toBe(false);
            ended.add(id);
          }
        }
        for (const id of shown) expect(ended.has(id)).toBe(true);
      }),
      { numRuns: 60, seed: 2 },
    );
  });
});

describe('a camera that shakes', () => {
  it('changes nothing where the motion of the picture is known', () => {
    let state = 3;
    const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
    const still = createTracker();
    const shaken = createTracker();
    let offset: readonly [number, number] = [0, 0];
    for (let k = 0; k < 200; k++) {
      const boxes = [0, 1, 2].flatMap((i): Detection[] => (random() < 0.15 ? [] : [{ x: 0.1 + 0.1 * i + 0.003 * k, y: 0.3 + 0.02 * i + 0.004 * random(), w: 0.05, h: 0.2, cls: 'person', score: 0.8 }]));
      const next: readonly [number, number] = [0.04 * (random() - 0.5), 0.04 * (random() - 0.5)];
      const motion: [number, number] = [next[0] - offset[0], next[1] - offset[1]];
      offset = next;
      const expected = still.step(frame(k / 10, boxes)).tracks;
      const found = shaken.step(frame(k / 10, boxes.map((box) => ({ ...box, x: box.x + next[0], y: box.y + next[1] })), { motion })).tracks;
      expect(found.map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
      found.forEach((track, i) => {
        expect(track.x - next[0]).toBeCloseTo(expected[i]!.x, 3);
        expect(track.y - next[1]).toBeCloseTo(expected[i]!.y, 3);
      });
    }
  });
});

describe('who stays', () => {
  it.each([
    { what: 'a parked car', cls: 'car', box: { x: 0.7, y: 0.2, w: 0.12, h: 0.08 } },
    { what: 'a seated person', cls: 'person', box: { x: 0.3, y: 0.5, w: 0.06, h: 0.12 } },
  ])('$what keeps one name for three hours of flicker, through restarts', ({ cls, box }) => {
    let state = 9;
    const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
    let tracker = createTracker();
    const names = new Set<string>();
    let shown = 0;
    const frames = 3 * 3600 * 2;
    for (let k = 0; k < frames; k++) {
      const seen = random() < 0.6;
      const jitter = (): number => 0.06 * box.h * (random() + random() - 1);
      const detections = seen ? [{ ...box, x: box.x + jitter(), y: box.y + jitter(), w: box.w * (1 + jitter()), h: box.h * (1 + jitter()), cls: cls === 'car' && random() < 0.2 ? 'truck' : cls, score: 0.2 + 0.7 * random() }] : [];
      const { tracks } = tracker.step(frame(k / 2, detections));
      for (const { id, cls: named } of tracks) {
        names.add(id);
        shown += 1;
        if (k > 60) expect(named).toBe(cls);
      }
      if (k % 3000 === 2999) tracker = createTracker({}, JSON.parse(JSON.stringify(tracker.snapshot())));
    }
    expect(names.size).toBe(1);
    expect(shown).toBeGreaterThan(0.55 * frames);
  });
});
