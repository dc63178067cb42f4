import { presenceColumns, presenceRows, type PresenceGrid, type Track } from '@sightline/schemas';
import { describe, expect, it } from 'vitest';
import { createPresence } from './presence.js';

const second = 1_000_000;
const start = 1_767_225_600 * second;

function person(id: string, x: number, y: number): Track {
  return { id, cls: 'person', score: 0.9, since: start, coasting: 0, x: x - 0.02, y: y - 0.2, w: 0.04, h: 0.2 };
}

function sums(grids: readonly PresenceGrid[]): { ms: number; dx: number; dy: number; cells: number } {
  const cells = grids.flatMap((grid) => grid.cells);
  const sum = (k: 2 | 3 | 4): number => cells.reduce((total, cell) => total + cell[k], 0);
  return { ms: sum(2), dx: sum(3), dy: sum(4), cells: new Set(cells.map(([, cell]) => cell)).size };
}

describe('presence', () => {
  it.each([2, 7, 30])('adds up to the time and the way of an object, to the millisecond, at %s frames a second', (fps) => {
    const presence = createPresence();
    const grids: PresenceGrid[] = [];
    const frames = 90 * fps;
    const at = (k: number): number => start + 17 * second + Math.round((k * second) / fps);
    for (let k = 0; k <= frames; k++) grids.push(...presence.step(at(k), [person('a', 0.1 + (0.8 * k) / frames, 0.3 + (0.5 * k) / frames)]));
    grids.push(...presence.step(at(frames) + 3 * second, []));
    const { ms, dx, dy, cells } = sums(grids);
    expect(ms).toBe(Math.floor(at(frames) / 1000) - Math.floor(at(0) / 1000));
    expect(dx).toBe(Math.round(0.9 * 65_535) - Math.round(0.1 * 65_535));
    expect(dy).toBe(Math.round(0.8 * 65_535) - Math.round(0.3 * 65_535));
    expect(cells).toBeGreaterThan(45);
    expect(new Set(grids.map(({ minute }) => minute)).size).toBe(2);
    for (const [, cell] of grids.flatMap((grid) => grid.cells)) expect(cell).toBeLessThan(presenceColumns * presenceRows);
  });

  it('jumps over no cell at two frames a second', () => {
    const presence = createPresence();
    presence.step(start, [person('a', 0.1, 0.5)]);
    presence.step(start + second / 2, [person('a', 0.4, 0.5)]);
    const { cells } = sums(presence.step(start + 10 * second, []));
    expect(cells).toBeGreaterThanOrEqual(19);
  });

  it('invents nothing while an object is out of sight for long, and goes on through a snapshot', () => {
    let presence = createPresence();
    const grids: PresenceGrid[] = [];
    for (let k = 0; k < 20; k++) {
      grids.push(...presence.step(start + k * second, k > 4 && k < 12 ? [] : [person('a', 0.5, 0.5)]));
      presence = createPresence(JSON.parse(JSON.stringify(presence.snapshot())));
    }
    grids.push(...presence.step(start + 30 * second, []));
    expect(sums(grids)).toEqual({ ms: 4000 + 7000, dx: 0, dy: 0, cells: 1 });
  });
});
