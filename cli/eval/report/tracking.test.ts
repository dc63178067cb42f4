import { describe, expect, test } from 'vitest';
import type { EvaluatedFrame, MarkedBox } from '../metrics/sequence.js';
import { detectionFailures } from './coco.js';
import { trackingFailures } from './tracking.js';

const geometry = { fps: 10, width: 100, height: 100 };
const box = (id: number | string, x: number): MarkedBox => ({ id, x, y: 10, w: 10, h: 20 });
const frames = (count: number, at: (n: number) => EvaluatedFrame): EvaluatedFrame[] => Array.from({ length: count }, (_, n) => at(n));
const look = (sequence: readonly EvaluatedFrame[]): { summary: string; what: string[] } => {
  const { summary, failures } = trackingFailures(sequence, geometry);
  return { summary, what: failures.map(({ what, at }) => `${what} ${at.toFixed(1)}`) };
};

describe('trackingFailures', () => {
  test('finds nothing wrong with a perfect track', () => {
    expect(look(frames(30, (n) => ({ truth: [box(1, n)], found: [box('a', n)] })))).toEqual({ summary: 'followed 1 of 1.', what: [] });
  });

  test('shows an object that nothing follows, in the middle of the stretch, with its box', () => {
    const { summary, failures } = trackingFailures(frames(30, (n) => ({ truth: [box(1, 5)], found: n < 10 ? [box('a', 5)] : [] })), geometry);
    expect(summary).toBe('followed 1 of 1.');
    expect(failures).toEqual([{ what: 'missed', at: 2, caption: '0:02.0 object 1 not followed for 2.0 s', marks: [{ shape: 'box', box: { x: 0.05, y: 0.1, w: 0.1, h: 0.2 }, tone: 'truth', text: '1' }] }]);
  });

  test('leaves flicker of less than a second out', () => {
    expect(look(frames(30, (n) => ({ truth: [box(1, 5)], found: n >= 10 && n < 19 ? [] : [box('a', 5)] }))).what).toEqual([]);
  });

  test('shows a track of nothing', () => {
    expect(look(frames(20, () => ({ truth: [box(1, 5)], found: [box('a', 5), box('ghost', 70)] })))).toEqual({ summary: 'followed 1 of 1, 1 time something that is none.', what: ['false 1.0'] });
  });

  test('shows a change of identity where it happens', () => {
    expect(look(frames(20, (n) => ({ truth: [box(1, 5)], found: [box(n < 12 ? 'a' : 'b', 5)] })))).toEqual({ summary: 'followed 1 of 1, 1 of them under more than one name.', what: ['switch 1.2'] });
  });

  test('an object that crosses another keeps its name as long as it can', () => {
    expect(look(frames(20, (n) => ({ truth: [box(1, n), box(2, 19 - n)], found: [box('a', n), box('b', 19 - n)] }))).what).toEqual([]);
  });
});

test('detectionFailures: one picture for each image with a mistake, boxes below the threshold and in crowds left out', () => {
  const truth = { cls: 'person', x: 10, y: 10, w: 10, h: 20 };
  const image = { width: 100, height: 100, truth: [truth, { cls: 'car', x: 60, y: 0, w: 40, h: 40, crowd: true }] };
  const found = (x: number, score: number, cls = 'person'): { cls: string; x: number; y: number; w: number; h: number; score: number } => ({ cls, x, y: 10, w: 10, h: 20, score });
  const failures = detectionFailures(
    [
      { ...image, file: '/a/good.jpg', found: [found(11, 0.9), found(70, 0.8, 'car'), found(40, 0.1)] },
      { ...image, file: '/a/bad.jpg', found: [found(11, 0.3), found(40, 0.9), found(12, 0.9, 'car')] },
    ],
    0.5,
  );
  expect(failures.map(({ caption, marks, picture }) => [caption, marks.length, picture])).toEqual([['bad.jpg: missed 1 person, invented 1 person, 1 car', 3, '/a/bad.jpg']]);
});
