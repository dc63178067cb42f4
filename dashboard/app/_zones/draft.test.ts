import { describe, expect, it } from 'vitest';
import { anotherPart, begin, changeOf, draftOf, emptyDraft, mistakesOf, partsOf, redo, step, tooSmallFor, undo, zoneOf } from './draft';

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

  it('tells the file only what differs, and takes away what is no longer said', () => {
    const before = draftOf({ name: 'hall', kind: 'queue', camera: 'door', polygon: square, head: [0.2, 0.1], classes: ['person'], anchor: 'bottom-centre', servers: 1 });
    expect(changeOf(before, before, 'door')).toEqual({ name: 'hall' });
    expect(changeOf(before, { ...before, head: null, classes: [], rest: { ...before.rest, servers: 2 } }, 'door')).toEqual({ name: 'hall', head: null, classes: null, servers: 2 });
    const fresh = { ...emptyDraft('area', 'a'), shapes: [{ points: square }] };
    expect(changeOf(fresh, fresh, 'door')).toEqual({ name: 'a', kind: 'area', camera: 'door', polygon: square });
  });

  it('lays another stall beside one, with a name of its own, and wants names that differ', () => {
    const lot = draftOf({ name: 'lot', kind: 'stalls', camera: 'door', stalls: [{ name: 'P1', polygon: square }, { name: 'P3', polygon: square }] });
    const more = anotherPart(lot, 0);
    expect(more.shapes[2]).toEqual({ name: 'P4', points: [[0.3, 0.1], [0.5, 0.1], [0.5, 0.3], [0.3, 0.3]] });
    expect(mistakesOf(more, [])).toEqual([]);
    expect(mistakesOf({ ...lot, shapes: [{ name: 'P1', points: square }, { name: 'P1', points: square }] }, [])).toEqual(['part']);
  });

  it('finds a shape too small for what was seen at its height of the picture', () => {
    const seen = { heights: [0.1, null, null, 0.8] };
    const at = (y: number) => ({ ...emptyDraft('area', 'a'), shapes: [{ points: [[0.1, y], [0.15, y], [0.15, y + 0.05], [0.1, y + 0.05]] as const }] });
    expect(tooSmallFor(at(0.05), seen, 1)).toBeNull();
    expect(tooSmallFor(at(0.5), seen, 1)).toBeNull();
    expect(tooSmallFor(at(0.8), seen, 1)).toBe(0.8);
    expect(tooSmallFor(at(0.8), seen, 5)).toBeNull();
    expect(tooSmallFor(at(0.8), undefined, 1)).toBeNull();
  });
});
