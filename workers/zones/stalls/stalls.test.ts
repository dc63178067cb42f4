import type { Box, Detection } from '@sightline/schemas';
import { describe, expect, it } from 'vitest';
import { play, type PlayOptions } from '../test-scene.js';

const stalls = {
  kind: 'stalls',
  name: 'park',
  stalls: [
    { name: 'A1', polygon: [[0.1, 0.5], [0.25, 0.5], [0.25, 0.7], [0.1, 0.7]] },
    { name: 'A2', polygon: [[0.26, 0.5], [0.41, 0.5], [0.41, 0.7], [0.26, 0.7]] },
  ],
};
const onA1: Box = { x: 0.11, y: 0.4, w: 0.13, h: 0.29 };
const one = (box: Box, cls = 'car', score = 0.7): Detection => ({ ...box, cls, score });
/** Seen between two seconds, but for where `missed` says otherwise. */
const seen = (from: number, to: number, missed: (now: number) => boolean = () => false, what = one(onA1)) => (now: number): Detection[] => (now >= from && now < to && !missed(now) ? [what] : []);
const told = (detections: PlayOptions['detections'], more: Partial<PlayOptions> = {}): readonly string[] => play(stalls, [], { fps: 2, seconds: 600, detections: detections!, ...more }).said;

describe('stalls', () => {
  it('a parked car is one visit, with its own beginning and end', () => expect(told(seen(20, 200))).toEqual(['parked A1 20.0', 'departed A1 199.5']));
  it('a car that is still there has not departed', () => expect(told(seen(20, 700))).toEqual(['parked A1 20.0']));
  it('a car that flickers is one visit', () => expect(told(seen(20, 300, (now) => Math.floor(now) % 3 === 1))).toEqual(['parked A1 20.0', expect.stringMatching(/^departed A1 29\d/)]));
  it('somebody in front of it for a while is no departure', () => expect(told(seen(20, 300, (now) => now > 100 && now < 115))).toHaveLength(2));
  it('people and trolleys do not park', () => expect(told(seen(20, 300, undefined, one(onA1, 'person')))).toEqual([]));
  it('a weak detection counts when it keeps coming', () => expect(told(seen(20, 300, (now) => now % 2 < 1, one(onA1, 'truck', 0.2)))).toHaveLength(2));
  it('driving past is no parking', () => expect(told((now) => (now >= 20 && now < 26 ? [one({ ...onA1, x: (now - 20) / 6 })] : []))).toEqual([]));
  it('a car on one stall does not take the next', () => expect(told(seen(20, 300)).every((line) => line.includes('A1'))).toBe(true));
  it('dark hours are unknown, and the visit goes on through them', () => {
    const { said, measures } = play(stalls, [], { fps: 2, seconds: 400, detections: seen(20, 390, (now) => now > 100 && now < 200), quality: (now) => (now > 100 && now < 200 ? 'dark' : 'ok') });
    expect(said).toEqual(['parked A1 20.0']);
    expect(measures[300]).toEqual({ occupied: null, free: null, overstays: null });
    expect(measures[500]).toMatchObject({ occupied: 1, free: 1 });
  });
  it('says once that a car stays too long', () => {
    const { said, last } = play({ ...stalls, overstayAfter: '60s' }, [], { fps: 2, seconds: 200, detections: seen(20, 500) });
    expect(said).toEqual(['parked A1 20.0', 'overstayed A1 80.0']);
    expect(last).toMatchObject({ occupied: 1, overstays: 1 });
  });
});
