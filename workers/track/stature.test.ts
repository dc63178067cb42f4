import { describe, expect, it } from 'vitest';
import { createTracker } from './create.js';
import { freshGround, learnGround, type Ground } from './ground.js';
import { beginMotion } from './motion.js';
import { defaultTrackerOptions as options } from './options.js';
import { freshStature, heightAt, learnStature, whole, withStature } from './stature.js';

/** Flat ground on which people are a third as tall as their foot lies down the picture. */
function flatGround(): Ground {
  const ground = freshGround();
  for (let k = 0; k < 400; k++) learnGround(ground, standing(0.5 + 0.001 * k));
  return ground;
}

function standing(foot: number, tall = 1): [number, number, number, number] {
  const h = (foot / 3) * tall;
  return [0.5, foot - h / 2, 0.1, h];
}

describe('how tall someone is for where he stands', () => {
  const ground = flatGround();
  const stature = freshStature(0);
  for (let k = 1; k <= 20; k++) learnStature(stature, ground, standing(0.6, 1.1), k * 1e5, options);

  it('is learned from his boxes and holds wherever he goes', () => {
    expect(heightAt(stature, ground, 0.6, options)).toBeCloseTo(0.22, 3);
    expect(heightAt(stature, ground, 0.9, options)).toBeCloseTo(0.33, 3);
  });

  it('is not known before a second, nor where the ground is not known', () => {
    const fresh = freshStature(0);
    learnStature(fresh, ground, standing(0.6), 5e5, options);
    expect(heightAt(fresh, ground, 0.6, options)).toBeNull();
    expect(heightAt(stature, freshGround(), 0.6, options)).toBeNull();
    expect(heightAt(stature, undefined, 0.6, options)).toBeNull();
  });

  it('completes him where his legs or his head are hidden, and parts him from who stands before him', () => {
    const motion = beginMotion(standing(0.6, 1.1), 1, options);
    const [, y, , h] = standing(0.6, 1.1);
    const head = y - h / 2;
    const same = (box: readonly number[]): void => box.forEach((value, k) => expect(value).toBeCloseTo([0.5, y, 0.1, h][k]!, 3));
    same(whole(stature, ground, motion, [0.5, head + 0.05, 0.1, 0.1], options));
    same(whole(stature, ground, motion, [0.5, 0.6 - 0.05, 0.1, 0.1], options));
    same(whole(stature, ground, motion, [0.5, head + 0.15, 0.1, 0.3], options));
  });

  it('leaves a box alone that differs by no more than its noise', () => {
    const motion = beginMotion(standing(0.6, 1.1), 1, options);
    const box = standing(0.6, 1.2);
    expect(whole(stature, ground, motion, box, options)).toBe(box);
  });

  it('shows him on the same foot, nearer to his height', () => {
    const [x, y, w, h] = withStature(stature, ground, standing(0.6, 1), options);
    expect([x, w]).toEqual([0.5, 0.1]);
    expect(y + h / 2).toBeCloseTo(0.6, 9);
    expect(h).toBeCloseTo(0.2 * 1.1 ** options.statureShare, 3);
  });

  it('follows who sits down within a minute, and hardly who is half hidden for two seconds', () => {
    const sitting = structuredClone(stature);
    for (let k = 21; k <= 40; k++) learnStature(sitting, ground, standing(0.6, 0.7), k * 1e5, options);
    expect(heightAt(sitting, ground, 0.6, options)! / 0.2).toBeGreaterThan(1);
    for (let k = 41; k <= 640; k++) learnStature(sitting, ground, standing(0.6, 0.7), k * 1e5, options);
    expect(heightAt(sitting, ground, 0.6, options)! / 0.2).toBeLessThan(0.8);
  });

  it('keeps a walker where he is while a bench hides his legs', () => {
    const tracker = createTracker();
    let worst = 0;
    for (let k = 0; k < 400; k++) {
      const x = 0.1 + 0.8 * ((k % 100) / 100);
      const foot = k % 200 < 100 ? 0.6 : 0.9;
      const h = foot / 3;
      const hidden = k > 320 && k < 350;
      const { tracks } = tracker.step({
        ...{ camera: 'c', epoch: 1, seq: k, capturedAt: k * 1e5, recording: false, state: 'inferred', motion: [0, 0], dropped: {}, site: '', model: '', aspect: 1 },
        quality: { brightness: 100, contrast: 40, sharpness: 5, state: 'ok' },
        detections: [{ x: x - h / 6, y: foot - h, w: h / 3, h: hidden ? h * 0.6 : h, cls: 'person', score: hidden ? 0.5 : 0.9 }],
      });
      if (hidden) worst = Math.max(worst, Math.abs(tracks[0]!.y + tracks[0]!.h - foot) / h);
    }
    expect(worst).toBeLessThan(0.1);
  });
});
