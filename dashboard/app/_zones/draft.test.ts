import { describe, expect, it } from 'vitest';
import { begin, draftOf, emptyDraft, mistakesOf, partsOf, redo, step, undo, zoneOf } from './draft';
import { snap } from './snap';

const square = [[0.1, 0.1], [0.3, 0.1], [0.3, 0.3], [0.1, 0.3]] as const;

describe('a draft', () => {
  it('gives back the zone that it came from, with what it does not know', () => {
    const zone = { name: 'hall', kind: 'area' as const, camera: 'door', polygon: square, classes: ['person'], capacity: 12, loiterAfter: 60 };
    expect(zoneOf(draftOf(zone), 'door')).toEqual(zone);
  });

  it('undoes and redoes each step, a whole drag being one', () => {
    const first = emptyDraft('area', 'a');
    let history = begin(first);
    history = step(history, { ...first, name: 'b' });
    for (const name of ['c', 'd', 'e']) history = step(history, { ...first, name }, 'drag-1');
    expect(undo(history).now.name).toBe('b');
    expect(undo(undo(history)).now.name).toBe('a');
    expect(redo(undo(history)).now.name).toBe('e');
    expect(undo(undo(undo(history))).now.name).toBe('a');
  });

  it('cuts a four-cornered outline into stalls that fill it', () => {
    const draft = { ...emptyDraft('stalls', 'lot'), shapes: [{ points: square }], grid: { columns: 10, rows: 2 } };
    const parts = partsOf(draft);
    expect(parts).toHaveLength(20);
    expect(parts.map(({ name }) => name)).toContain('P20');
    expect(parts[0]!.points).toEqual([[0.1, 0.1], [0.12, 0.1], [0.12, 0.2], [0.1, 0.2]]);
    expect((zoneOf(draft, 'door')['stalls'] as unknown[]).length).toBe(20);
  });

  it('names what is wrong with it', () => {
    const area = (points: readonly (readonly [number, number])[]) => ({ ...emptyDraft('area', 'hall'), shapes: [{ points }] });
    expect(mistakesOf(area(square), [])).toEqual([]);
    expect(mistakesOf(area(square), ['hall'])).toEqual(['taken']);
    expect(mistakesOf(area(square.slice(0, 2)), [])).toEqual(['points']);
    expect(mistakesOf(area([square[0], square[2], square[1], square[3]]), [])).toContain('crosses');
    expect(mistakesOf(area([[0.1, 0.1], [0.11, 0.1], [0.11, 0.11]]), [])).toEqual(['small']);
    expect(mistakesOf({ ...area(square), name: 'a b' }, [])).toEqual(['name']);
  });
});

describe('snapping', () => {
  it('draws to the edge and to other zones, and leaves the rest', () => {
    expect(snap([0.005, 0.5], 1.5, [])).toEqual([0, 0.5]);
    expect(snap([0.502, 0.503], 1.5, [[0.5, 0.5]])).toEqual([0.5, 0.5]);
    expect(snap([0.4, 0.6], 1.5, [[0.5, 0.5]])).toEqual([0.4, 0.6]);
  });
});
