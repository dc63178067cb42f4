import type { Track, ZoneEvent } from '@sightline/schemas';
import { describe, expect, it } from 'vitest';
import { createJourneys } from './journeys.js';

const second = 1_000_000;
const fps = 5;
const height = 0.2;

/** Somebody's track: from when to when (s), from where to where (foot, fractions), as which class. */
interface Walk {
  readonly id: string;
  readonly from: number;
  readonly to: number;
  readonly x: readonly [number, number];
  readonly y?: number;
  readonly cls?: string;
}

/** Seconds until the tracker gives a lost object up. */
const patience = 2;

/** Plays tracks; each crosses the zone `first` when it begins and `then` when it ends. Tells zones and trust of each journey. */
function told(walks: readonly Walk[], reload = false): string[] {
  let journeys = createJourneys();
  const out: string[] = [];
  for (let k = 0; k < 40 * fps; k++) {
    const now = k / fps;
    const at = Math.round(now * second);
    const here = walks.filter(({ from, to }) => now >= from && now <= to);
    const tracks = here.map(({ id, from, to, x, y = 0.6, cls = 'person' }): Track => {
      const foot = x[0] + ((x[1] - x[0]) * (now - from)) / (to - from);
      return { id, cls, x: foot - 0.03, y: y - height, w: 0.06, h: height, score: 0.9, since: Math.round(from * second), coasting: 0 };
    });
    const crossed = (zone: string, { id, cls = 'person' }: Walk): ZoneEvent => ({ id: `${zone}${id}`, kind: 'crossed', zone, zoneKind: 'line', at, track: id, cls, direction: 'in' });
    const events = here.flatMap((walk) => [...(near(now, walk.from + 1) ? [crossed(`after ${walk.id}`, walk)] : []), ...(near(now, walk.to - 1) ? [crossed(`before ${walk.id}`, walk)] : [])]);
    const ended = walks.filter(({ to }) => near(now, to + patience)).map(({ id }) => id);
    for (const { stops } of journeys.step(at, events, ended, tracks, 1).finished) {
      const trust = stops.flatMap(({ joined }) => (joined === undefined ? [] : [joined]));
      out.push([...new Set(stops.map(({ zone }) => zone.split(' ')[1]))].join('+') + (trust.length > 0 ? ` ${trust.map((one) => (one > 0.5 && one < 1 ? 'likely' : one > 0 ? 'hardly' : 'no')).join()}` : ''));
    }
    if (reload) journeys = createJourneys(JSON.parse(JSON.stringify(journeys.snapshot())));
  }
  return out.sort();
}

const near = (now: number, when: number): boolean => Math.abs(now - when) < 0.5 / fps;
const anna: Walk = { id: 'anna', from: 0, to: 6, x: [0.1, 0.4] };

const cases: readonly { readonly name: string; readonly walks: readonly Walk[]; readonly said: readonly string[] }[] = [
  { name: 'who walks behind a pillar and on under another name is one', walks: [anna, { id: 'b', from: 8, to: 20, x: [0.5, 0.9] }], said: ['anna+b likely'] },
  { name: 'and is less sure after five seconds', walks: [anna, { id: 'b', from: 11, to: 20, x: [0.7, 0.9] }], said: ['anna+b hardly'] },
  { name: 'twice lost is twice joined', walks: [anna, { id: 'b', from: 8, to: 16, x: [0.5, 0.6] }, { id: 'c', from: 18, to: 24, x: [0.65, 0.8] }], said: ['anna+b+c likely,likely'] },
  { name: 'two who were lost and one who comes: nobody knows which', walks: [anna, { id: 'carl', from: 0, to: 6.4, x: [0.9, 0.5] }, { id: 'b', from: 8, to: 20, x: [0.45, 0.9] }], said: ['anna', 'b', 'carl'] },
  { name: 'one who was lost and two who come: nobody knows which', walks: [anna, { id: 'b', from: 8, to: 20, x: [0.45, 0.9] }, { id: 'c', from: 8.4, to: 20, x: [0.5, 0.1] }], said: ['anna', 'b', 'c'] },
  { name: 'nobody walks that fast', walks: [anna, { id: 'b', from: 6.6, to: 20, x: [0.8, 0.9] }], said: ['anna', 'b'] },
  { name: 'nobody is hidden that long', walks: [anna, { id: 'b', from: 13, to: 20, x: [0.45, 0.9] }], said: ['anna', 'b'] },
  { name: 'who left the picture does not come back as who comes in', walks: [{ ...anna, x: [0.4, 0.03] }, { id: 'b', from: 8, to: 20, x: [0.03, 0.5] }], said: ['anna', 'b'] },
  { name: 'somebody who is still there is nobody else', walks: [{ ...anna, to: 20 }, { id: 'b', from: 8, to: 20, x: [0.5, 0.9] }], said: ['anna', 'b'] },
  { name: 'a person is no car', walks: [anna, { id: 'b', from: 8, to: 20, x: [0.5, 0.9], cls: 'car' }], said: ['anna', 'b'] },
];

describe('journeys whose object was lost', () => {
  it.each(cases)('$name', ({ walks, said }) => {
    expect(told(walks)).toEqual(said);
    expect(told(walks, true), 'through a snapshot after each frame').toEqual(said);
  });
});
