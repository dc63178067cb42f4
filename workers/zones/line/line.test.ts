import type { Track } from '@sightline/schemas';
import { describe, expect, it } from 'vitest';
import { createZone } from '../create.js';
import { car, inputAt, play, sceneBegins, someone, zoneOf, type Actor, type PlayOptions } from '../test-scene.js';

/** Drawn from left to right: its right-hand side is below it, so who walks down goes in. */
const line = { kind: 'line', name: 'door', line: [[0.2, 0.5], [0.8, 0.5]] };
const gate = { ...line, gate: [[0.2, 0.65], [0.8, 0.65]] };

const down = (id: string): Actor => someone(id).at(0.5, 0.3).walksTo(0.5, 0.8, 4);
const up = (id: string): Actor => someone(id).at(0.5, 0.8).walksTo(0.5, 0.3, 4);

const cases: readonly { readonly name: string; readonly zone?: unknown; readonly actors: readonly Actor[]; readonly options?: PlayOptions; readonly said: readonly string[] }[] = [
  { name: 'down is in, at the moment its path met the line', actors: [down('anna')], said: ['crossed in anna 1.6'] },
  { name: 'up is out', actors: [up('anna')], said: ['crossed out anna 2.4'] },
  { name: 'the line drawn the other way round turns it round', zone: { ...line, line: [[0.8, 0.5], [0.2, 0.5]] }, actors: [down('anna')], said: ['crossed out anna 1.6'] },
  { name: 'two frames a second say the same', actors: [down('anna')], options: { fps: 2 }, said: ['crossed in anna 1.6'] },
  { name: 'thirty frames a second say the same', actors: [down('anna')], options: { fps: 30 }, said: ['crossed in anna 1.6'] },
  { name: 'past the end of the line is not through it', actors: [someone('anna').at(0.9, 0.3).walksTo(0.9, 0.8, 4)], said: [] },
  { name: 'around its end and back behind it is not through it', actors: [someone('anna').at(0.5, 0.3).walksTo(0.9, 0.4, 2).walksTo(0.9, 0.7, 1).walksTo(0.5, 0.8, 2)], said: [] },
  { name: 'a tremble on the line counts nothing', actors: [someone('anna').at(0.5, 0.5).trembles(6, 0.05)], said: [] },
  { name: 'who comes, trembles on the line and goes on counts once', actors: [someone('anna').at(0.5, 0.3).walksTo(0.5, 0.5, 2).trembles(4, 0.05).walksTo(0.5, 0.8, 2)], said: ['crossed in anna 6.1'] },
  { name: 'who comes, trembles on the line and goes back does not', actors: [someone('anna').at(0.5, 0.3).walksTo(0.5, 0.5, 2).trembles(4, 0.05).walksTo(0.5, 0.3, 2)], said: [] },
  { name: 'a u-turn behind the line is in, then out', actors: [someone('anna').at(0.5, 0.3).walksTo(0.5, 0.7, 4).walksTo(0.5, 0.3, 4)], said: ['crossed in anna 2.0', 'crossed out anna 6.0'] },
  { name: 'lost before and found behind the line', actors: [someone('anna').at(0.5, 0.35).walksTo(0.5, 0.45, 1).hides(1, [0.5, 0.55]).walksTo(0.5, 0.7, 1.5)], said: ['crossed in anna 1.5'] },
  { name: 'lost before and found behind under another id', actors: [someone('anna').at(0.5, 0.3).walksTo(0.5, 0.45, 1.5).hides(0.8, [0.5, 0.53]).becomes('anne').walksTo(0.5, 0.7, 1.7)], said: ['crossed in anne 2.0'] },
  { name: 'another id right behind the line is not another person', actors: [someone('anna').at(0.5, 0.3).walksTo(0.5, 0.56, 2.6).becomes('anne').walksTo(0.5, 0.8, 2.4)], said: ['crossed in anna 2.0'] },
  { name: 'a vehicle on the line at the first frame has crossed when it drives on', actors: [car('van').at(0.5, 0.49).walksTo(0.5, 0.8, 1)], said: ['crossed in van 0.0'] },
  { name: 'a vehicle that stands behind the line has not', actors: [car('van').at(0.5, 0.6).stands(5)], said: [] },
  { name: 'classes are chosen', zone: { ...line, classes: ['car'] }, actors: [down('anna'), car('van').at(0.4, 0.3).walksTo(0.4, 0.8, 4)], said: ['crossed in van 1.6'] },
  { name: 'a gate counts who passes both lines', zone: gate, actors: [someone('anna').at(0.5, 0.3).walksTo(0.5, 0.85, 5.5)], said: ['crossed in anna 3.5'] },
  { name: 'a gate ignores who turns between its lines', zone: gate, actors: [someone('anna').at(0.5, 0.3).walksTo(0.5, 0.58, 3).walksTo(0.5, 0.3, 3)], said: [] },
  { name: 'a gate counts the way out at its first line', zone: gate, actors: [someone('anna').at(0.5, 0.85).walksTo(0.5, 0.3, 5.5)], said: ['crossed out anna 3.5'] },
  { name: 'another anchor crosses at another time', zone: { ...line, anchor: 'top-centre' }, actors: [someone('anna').at(0.5, 0.5).walksTo(0.5, 0.9, 4)], said: ['crossed in anna 2.0'] },
  { name: 'nothing is said while the picture is dark', actors: [down('anna')], options: { quality: (now) => (now < 5 ? 'dark' : 'ok') }, said: [] },
];

describe('line', () => {
  it.each(cases)('$name', ({ zone = line, actors, options, said }) => {
    expect(play(zone, actors, options).said).toEqual(said);
  });

  it('counts two people side by side apart', () => {
    const { last } = play(line, [down('anna'), someone('bert').at(0.56, 0.3).walksTo(0.56, 0.8, 4)]);
    expect(last).toEqual({ in: 2, out: 0 });
  });

  it('a second box of a car on the line is no car that came over it, whatever the name goes to next', () => {
    const zone = createZone(zoneOf(line));
    // 3 frames a second: a car drives in; its second box, at its place, begins a track that is given to a car further back.
    const places: readonly [car: number, other: number | null][] = [[0.4, null], [0.46, null], [0.52, 0.3], [0.58, 0.15], [0.64, 0.05]];
    const events = places.flatMap(([foot, other], frame) => {
      const capturedAt = sceneBegins + Math.round((frame / 3) * 1e6);
      const track = (id: string, y: number, more: Partial<Track> = {}): Track => ({ id, cls: 'car', x: 0.43, y: y - 0.1, w: 0.14, h: 0.1, score: 0.9, since: sceneBegins, coasting: 0, ...more });
      const since = sceneBegins + Math.round(1e6 / 3);
      const box = { x: 0.43, y: 0.365, w: 0.14, h: 0.1 };
      const tracks = [track('car', foot), ...(other === null ? [] : [track('other', other, { since, ...(frame === 2 && { first: box }) })])];
      return zone.step({ input: inputAt(frame, capturedAt, frame / 3, tracks, {}), tracks, ended: [], seconds: frame === 0 ? 0 : 1 / 3 }).events;
    });
    expect(events.map(({ track, direction }) => [track, direction])).toEqual([['car', 'in']]);
  });

  it('tells where on the line', () => {
    const [event] = play(line, [someone('anna').at(0.35, 0.3).walksTo(0.35, 0.8, 4)]).events;
    expect(event?.along).toBeCloseTo(0.25, 6);
    expect(event?.point?.[1]).toBeCloseTo(0.5, 6);
  });

  it('keeps how many are inside, and grows less sure with every crossing', () => {
    const zone = { ...line, occupancy: {} };
    const one = play(zone, [down('anna')]).last;
    const three = play(zone, [down('anna'), someone('bert').at(0.3, 0.3).walksTo(0.3, 0.8, 4), someone('carl').at(0.7, 0.8).walksTo(0.7, 0.3, 5)]).last;
    expect(one['occupancy']).toBe(1);
    expect(three['occupancy']).toBe(1);
    expect(three['occupancyUncertainty']!).toBeGreaterThan(one['occupancyUncertainty']!);
  });

  it('knows that the space is empty at its hour', () => {
    // The scene begins at midnight UTC: the night's hour passes one minute later.
    const zone = { ...line, occupancy: { resetAt: '00:01' } };
    const { measures } = play(zone, [down('anna')], { fps: 2, seconds: 70 });
    expect(measures[100]!['occupancy']).toBe(1);
    expect(measures.at(-1)).toMatchObject({ occupancy: 0, occupancyUncertainty: 0 });
  });

  it('is unknown while dark, and counts on afterwards', () => {
    const { measures, said } = play(line, [down('anna'), someone('bert').at(0.5, 0.3, 8).walksTo(0.5, 0.8, 4)], { quality: (now) => (now >= 5 && now < 7 ? 'dark' : 'ok') });
    expect(measures[55]).toEqual({ in: null, out: null });
    expect(said).toEqual(['crossed in anna 1.6', 'crossed in bert 9.6']);
    expect(measures.at(-1)).toEqual({ in: 2, out: 0 });
  });
});
