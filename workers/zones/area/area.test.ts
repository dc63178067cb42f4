import { describe, expect, it } from 'vitest';
import { play, someone, type Actor } from '../test-scene.js';

const area = { kind: 'area', name: 'counter', polygon: [[0.3, 0.4], [0.7, 0.4], [0.7, 0.8], [0.3, 0.8]] };
/** Walks in from above, stands, walks out below. */
const visit = (id: string, seconds: number): Actor => someone(id).at(0.5, 0.2).walksTo(0.5, 0.6, 2).stands(seconds).walksTo(0.5, 1.05, 2.25);

const dwells = (played: ReturnType<typeof play>): number[] => played.events.flatMap(({ kind, seconds }) => (kind === 'left' ? [Math.round(seconds! * 10) / 10] : []));

const cases: readonly { readonly name: string; readonly actors: readonly Actor[]; readonly fps?: number; readonly dwells: readonly number[] }[] = [
  { name: 'one visit, from the rim until it is out with all of its body', actors: [visit('anna', 6)], dwells: [8.2] },
  { name: 'the same at 2 frames a second', actors: [visit('anna', 6)], fps: 2, dwells: [8.2] },
  { name: 'a change of id while standing is the same visit', actors: [someone('anna').at(0.5, 0.2).walksTo(0.5, 0.6, 2).stands(3).becomes('anne').stands(3).walksTo(0.5, 1.05, 2.25)], dwells: [8.2] },
  { name: 'hidden for a moment and back under another id is the same visit', actors: [someone('anna').at(0.5, 0.2).walksTo(0.5, 0.6, 2).stands(2).hides(3).becomes('anne').stands(1).walksTo(0.5, 1.05, 2.25)], dwells: [8.2] },
  { name: 'a short step outside is the same visit', actors: [someone('anna').at(0.5, 0.2).walksTo(0.5, 0.6, 2).walksTo(0.5, 0.9, 1).walksTo(0.5, 0.6, 1).stands(4).walksTo(0.5, 1.05, 2.25)], dwells: [8.2] },
  { name: 'another person at another place is another visit', actors: [visit('anna', 4), someone('bert').at(0.2, 0.6, 9).walksTo(0.4, 0.6, 1).stands(4).walksTo(0.2, 0.6, 1)], dwells: [6.2, 5.4] },
  { name: 'trembling on the rim is no visit', actors: [someone('anna').at(0.5, 0.4).trembles(6, 0.05)], dwells: [] },
  { name: 'walking past is no visit', actors: [someone('anna').at(0.1, 0.9).walksTo(0.9, 0.9, 4)], dwells: [] },
];

describe('area', () => {
  it.each(cases)('$name', ({ actors, fps, dwells: expected }) => {
    const found = dwells(play(area, actors, { fps: fps ?? 10 }));
    expect(found).toHaveLength(expected.length);
    found.forEach((seconds, index) => expect(Math.abs(seconds - expected[index]!)).toBeLessThan(0.25));
  });

  it('counts who is there, by class, and how full it is', () => {
    const { measures } = play({ ...area, capacity: 4 }, [visit('anna', 6), someone('bert').at(0.35, 0.2).walksTo(0.35, 0.6, 2).stands(6)]);
    expect(measures[50]).toMatchObject({ count: 2, density: 0.5 });
    expect(measures[50]!['longestDwell']).toBeCloseTo(4, 1);
  });

  it('says once that someone loiters, at the moment it became true', () => {
    const { said } = play({ ...area, loiterAfter: '5s' }, [visit('anna', 9)]);
    expect(said.filter((line) => line.startsWith('loitering'))).toEqual(['loitering anna 6.0']);
  });

  it('says that it is crowded when that lasted, and when it is over', () => {
    const crowd = ['a', 'b', 'c'].map((id, index) => someone(id).at(0.35 + 0.15 * index, 0.2).walksTo(0.35 + 0.15 * index, 0.6, 2).stands(10).walksTo(0.35 + 0.15 * index, 1.05, 2.25));
    const { said, last } = play({ ...area, crowd: { count: 3, for: '3s' } }, crowd);
    expect(said.filter((line) => line.includes('crowded'))).toEqual(['crowded 1.2', 'uncrowded 15.4'].map((line) => expect.stringMatching(new RegExp(`^${line.split(' ')[0]!} `)) as string));
    expect(last).toMatchObject({ count: 0, crowded: 0 });
  });

  it('is unknown while dark; a visit goes on through it', () => {
    const { measures, events } = play(area, [visit('anna', 12)], { quality: (now) => (now >= 5 && now < 9 ? 'dark' : 'ok') });
    expect(measures[70]).toEqual({ count: null, longestDwell: null });
    expect(events.filter(({ kind }) => kind === 'left')).toHaveLength(1);
    expect(events.find(({ kind }) => kind === 'left')!.seconds).toBeCloseTo(14.2, 0);
  });

  it('forgets who was there when the camera was moved', () => {
    const { said } = play(area, [visit('anna', 6)], { quality: (now) => (now >= 4 && now < 5 ? 'moved' : 'ok') });
    expect(said.filter((line) => line.startsWith('left'))).toHaveLength(1);
    expect(said.filter((line) => line.startsWith('entered'))).toHaveLength(2);
  });
});
