import fc from 'fast-check';
import { encodeBands } from '@sightline/schemas';
import { describe, expect, it } from 'vitest';
import { createZone } from './create.js';
import { car, play, someone, zoneOf, type Actor, type PlayOptions } from './test-scene.js';

const polygon = [[0.2, 0.4], [0.8, 0.4], [0.8, 0.9], [0.2, 0.9]];
const zones: Readonly<Record<string, unknown>> = {
  line: { kind: 'line', name: 'z', line: [[0.1, 0.5], [0.9, 0.5]], gate: [[0.1, 0.6], [0.9, 0.6]], occupancy: { resetAt: '00:01' } },
  area: { kind: 'area', name: 'z', polygon, capacity: 3, loiterAfter: 3, crowd: { count: 2, for: 1 } },
  queue: { kind: 'queue', name: 'z', polygon, service: [[0.02, 0.4], [0.19, 0.4], [0.19, 0.9], [0.02, 0.9]] },
  stalls: { kind: 'stalls', name: 'z', stalls: [{ name: 'A1', polygon }], overstayAfter: 20 },
  shelf: { kind: 'shelf', name: 'z', facings: [{ name: 'a', polygon }] },
};

/** Anything may happen: people and cars walk, stand, hide and change their ids, and the picture goes dark. */
const place = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0.1, max: 1, noNaN: true }));
const actor = (n: number): fc.Arbitrary<Actor> =>
  fc.tuple(fc.boolean(), place, fc.array(fc.tuple(fc.constantFrom('walks', 'stands', 'hides', 'becomes'), place, fc.double({ min: 0.2, max: 8, noNaN: true })), { maxLength: 8 })).map(([vehicle, [x, y], legs]) =>
    legs.reduce((one, [what, [toX, toY], seconds], index) => {
      if (what === 'walks') return one.walksTo(toX, toY, seconds);
      if (what === 'stands') return one.stands(seconds);
      if (what === 'hides') return one.hides(seconds, [toX, toY]);
      return one.becomes(`${n}-${index}`).stands(seconds);
    }, (vehicle ? car : someone)(`${n}`).at(x, y)),
  );
const scene = fc.record({
  actors: fc.tuple(actor(1), actor(2), actor(3)),
  fps: fc.constantFrom(2, 5, 10),
  dark: fc.tuple(fc.double({ min: 0, max: 30, noNaN: true }), fc.double({ min: 0, max: 6, noNaN: true })),
  moved: fc.boolean(),
  splits: fc.array(fc.nat(400), { maxLength: 4 }),
});

describe('a zone that is taken up from its snapshot', () => {
  it.each(Object.keys(zones))('%s: says exactly what it would have said', (kind) => {
    const config = zones[kind];
    fc.assert(
      fc.property(scene, ({ actors, fps, dark: [from, length], moved, splits }) => {
        const options: PlayOptions = {
          fps,
          quality: (now) => (now >= from && now < from + length ? (moved ? 'moved' : 'dark') : 'ok'),
          facings: (now) => ({ 'z/a': encodeBands(3, Float32Array.from({ length: 12 }, (_, i) => Math.sin(i * (1 + Math.floor(now / 7)) + 0.01 * now))) }),
        };
        const whole = play(config, actors, options);
        const cut = play(config, actors, { ...options, swap: (zone, frame) => (splits.includes(frame) ? createZone(zoneOf(config), JSON.parse(JSON.stringify(zone.snapshot())) as unknown) : zone) });
        expect(cut.events).toEqual(whole.events);
        expect(cut.measures).toEqual(whole.measures);
      }),
      { numRuns: 25, seed: 1 },
    );
  });
});
