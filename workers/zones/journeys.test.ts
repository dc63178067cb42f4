import type { ZoneEvent } from '@sightline/schemas';
import { describe, expect, it } from 'vitest';
import { createJourneys } from './journeys.js';

const second = 1_000_000;
let n = 0;

function event(kind: ZoneEvent['kind'], zone: string, at: number, track: string, more: Partial<ZoneEvent> = {}): ZoneEvent {
  return { id: String(n++), kind, zone, zoneKind: 'area', at: at * second, track, cls: 'person', ...more };
}

describe('journeys', () => {
  it('tell the zones an object passed, in order, once it is over', () => {
    const journeys = createJourneys();
    const said = [
      ...journeys.step(1 * second, [event('crossed', 'entrance', 1, 'a', { direction: 'in' })], []).events,
      ...journeys.step(5 * second, [event('entered', 'aisle-3', 5, 'a')], []).events,
      ...journeys.step(20 * second, [event('left', 'aisle-3', 19, 'a', { seconds: 14 })], []).events,
      ...journeys.step(25 * second, [event('joined', 'till', 25, 'a')], []).events,
      ...journeys.step(60 * second, [event('served', 'till', 59, 'a', { seconds: 34 }), event('crossed', 'entrance', 60, 'a', { direction: 'out' })], []).events,
    ];
    expect(said.map(({ passed }) => passed)).toEqual([undefined, ['entrance'], undefined, ['entrance', 'aisle-3'], undefined, ['entrance', 'aisle-3', 'till']]);
    expect(journeys.step(61 * second, [], ['a']).finished).toEqual([]);
    expect(journeys.step(67 * second, [], []).finished).toEqual([
      {
        track: 'a',
        classes: ['person'],
        stops: [
          { zone: 'entrance', entered: 1 * second, left: 1 * second, direction: 'in' },
          { zone: 'aisle-3', entered: 5 * second, left: 19 * second },
          { zone: 'till', entered: 25 * second, left: 59 * second },
          { zone: 'entrance', entered: 60 * second, left: 60 * second, direction: 'out' },
        ],
      },
    ]);
    expect(journeys.snapshot().open).toEqual([]);
  });

  it('survive a change of name where the visit does, and a restart in the middle', () => {
    let journeys = createJourneys();
    journeys.step(0, [event('crossed', 'door', 0, 'a', { direction: 'in' })], []);
    journeys.step(2 * second, [event('entered', 'bar', 2, 'a')], []);
    journeys = createJourneys(JSON.parse(JSON.stringify(journeys.snapshot())));
    journeys.step(6 * second, [], ['a']);
    expect(journeys.step(30 * second, [event('left', 'bar', 28.0000005, 'b', { seconds: 26 })], []).finished).toEqual([]);
    const [exit] = journeys.step(32 * second, [event('crossed', 'door', 32, 'b', { direction: 'out' })], []).events;
    expect(exit!.passed).toEqual(['door', 'bar']);
    const { finished } = journeys.step(40 * second, [], ['b']);
    expect([...finished, ...journeys.step(46 * second, [], []).finished].map(({ track, stops }) => [track, stops.length])).toEqual([['a', 3]]);
  });

  it('do not take an abandoned queue for one that was passed', () => {
    const journeys = createJourneys();
    journeys.step(0, [event('entered', 'spirits', 0, 'a')], []);
    journeys.step(1 * second, [event('joined', 'till', 1, 'a')], []);
    journeys.step(9 * second, [event('abandoned', 'till', 9, 'a', { seconds: 8 })], []);
    expect(journeys.step(12 * second, [event('crossed', 'exit', 12, 'a', { direction: 'out' })], []).events[0]!.passed).toEqual(['spirits']);
  });

  it('stay bounded: who is seen for days, and crowds', () => {
    const journeys = createJourneys();
    let rows = 0;
    for (let k = 0; k < 1000; k++) rows += journeys.step(k * second, [event('crossed', 'door', k, 'forever')], []).finished.length;
    expect(rows).toBeGreaterThan(3);
    for (let k = 0; k < 3000; k++) journeys.step(1000 * second, [event('crossed', 'door', 1000, `one-${k}`)], []);
    expect(journeys.snapshot().open.length).toBeLessThanOrEqual(2001);
  });
});
