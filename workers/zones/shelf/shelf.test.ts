import { encodeBands } from '@sightline/schemas';
import { describe, expect, it } from 'vitest';
import { play, type PlayOptions } from '../test-scene.js';

const names = ['a', 'b', 'c', 'd', 'e'];
const shelf = { kind: 'shelf', name: 'wine', facings: names.map((name, index) => ({ name, polygon: [[0.1 + 0.16 * index, 0.3], [0.22 + 0.16 * index, 0.3], [0.22 + 0.16 * index, 0.8], [0.1 + 0.16 * index, 0.8]] })) };
const channels = 16;

/** A look: a direction of its own per facing and state, turned a little by the light. */
function look(facing: number, state: 'full' | 'empty' | 'hand', light = 0): string {
  const base = { full: facing, empty: 8, hand: 12 }[state];
  const values = Float32Array.from({ length: 3 * channels }, (_, i) => (i % channels === base ? 1 : i % channels === 15 ? light : 0.05 * Math.sin(i * 7 + facing)));
  return encodeBands(3, values);
}

type State = 'full' | 'empty' | 'hand';
const scene = (stateAt: (facing: number, now: number) => State, light: (facing: number, now: number) => number = () => 0): NonNullable<PlayOptions['facings']> =>
  (now) => Object.fromEntries(names.map((name, facing) => [`wine/${name}`, look(facing, stateAt(facing, now), light(facing, now))]));
const between = (now: number, from: number, to: number): boolean => now >= from && now < to;
const told = (facings: PlayOptions['facings'], more: Partial<PlayOptions> = {}): ReturnType<typeof play> => play(shelf, [], { fps: 10, seconds: 60, facings: facings!, ...more });

describe('shelf', () => {
  it('says which facing was emptied and refilled, and when', () => {
    const { said, measures } = told(scene((facing, now) => (facing === 1 && between(now, 20, 40) ? 'empty' : 'full')));
    expect(said).toEqual([expect.stringMatching(/^facing-emptied b (19.9|20.0)/), expect.stringMatching(/^facing-restocked b 40/)]);
    expect(measures[300]).toEqual({ fill: 0.8, empty: 1, full: 4, blocked: 0 });
  });

  it('says the same at 2 frames a second, to half a second', () => {
    const { said } = told(scene((facing, now) => (facing === 1 && between(now, 20, 40) ? 'empty' : 'full')), { fps: 2 });
    expect(said).toEqual([expect.stringMatching(/^facing-emptied b (19.8|20.0)/), expect.stringMatching(/^facing-restocked b 40/)]);
  });

  it('a hand that moves in front is no emptying', () => {
    // Twice a second the hand is elsewhere in the facing.
    const hand = (now: number): string => look(0, Math.floor(now * 5) % 2 === 0 ? 'hand' : 'empty');
    const facings = (now: number): Record<string, string> => ({ ...scene(() => 'full')(now), ...(between(now, 20, 23) && { 'wine/a': hand(now) }) });
    expect(told(facings).said).toEqual([]);
  });

  it('a person who stands in front hides it', () => {
    const person = { x: 0.08, y: 0.2, w: 0.2, h: 0.7, cls: 'person', score: 0.8 };
    const { said, measures } = told(scene((facing, now) => (facing === 0 && between(now, 20, 40) ? 'hand' : 'full')), { detections: (now) => (between(now, 20, 40) ? [person] : []) });
    expect(said).toEqual([]);
    expect(measures[300]).toMatchObject({ blocked: 1, fill: 1 });
  });

  it('something unlike full and unlike empty hides it, once empty is known', () => {
    const { said } = told(scene((facing, now) => (facing !== 2 ? 'full' : between(now, 10, 20) ? 'empty' : between(now, 30, 45) ? 'hand' : 'full')));
    expect(said).toHaveLength(2);
  });

  it('follows a slow change of light, which all facings share', () => {
    expect(told(scene(() => 'full', (_, now) => now / 900), { fps: 1, seconds: 1800 }).said).toEqual([]);
  });

  it('never follows one facing that is emptied slowly', () => {
    const { said } = told(scene(() => 'full', (facing, now) => (facing === 3 ? now / 600 : 0)), { fps: 1, seconds: 1800 });
    expect(said).toEqual([expect.stringMatching(/^facing-emptied d/)]);
  });

  it('a light that is switched empties nothing', () => {
    expect(told(scene(() => 'full', (_, now) => (now > 30 ? 1.5 : 0))).said).toEqual([]);
  });

  it('sees by the things detected that it began with an empty facing', () => {
    const bottle = { x: 0.12, y: 0.4, w: 0.08, h: 0.3, cls: 'bottle', score: 0.7 };
    const { last } = told(scene((facing, now) => (facing === 0 && now < 20 ? 'empty' : 'full')), { detections: (now) => (now >= 20 ? [bottle] : []) });
    expect(last).toMatchObject({ fill: 1, empty: 0 });
  });

  it('is unknown before it has seen a shelf', () => {
    expect(play(shelf, [], { seconds: 2 }).last).toEqual({ fill: null, empty: 0, full: 0, blocked: 0 });
  });
});
