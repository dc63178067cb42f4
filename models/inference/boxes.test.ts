import { describe, expect, it } from 'vitest';
import { boxesOf, type BoxRules } from './boxes.js';

type Row = readonly [score: number, cls: number, cell: number, ...box: [number, number, number, number]];

/** Candidates as the graph gives them: seven rows, one column each. */
function candidates(...columns: readonly Row[]): Float32Array {
  return Float32Array.from({ length: 7 * columns.length }, (_, i) => columns[i % columns.length]![Math.floor(i / columns.length)]!);
}
const rules: BoxRules = { boxes: 'corner-pixels', scoreScale: 1, nms: 0.65, classCount: 3 };

describe('boxes of candidates', () => {
  it('drops the weaker of two boxes of one class, keeps neighbours and other classes', () => {
    const seen = boxesOf(candidates([0.9, 0, 0, 0, 0, 10, 20], [0.8, 0, 0, 1, 0, 11, 20], [0.7, 0, 0, 6, 0, 16, 20], [0.6, 1, 0, 0, 0, 10, 14]), rules, 100, 100, 0.1);
    expect(seen.map(({ score, classIndex }) => [Math.round(score * 10), classIndex])).toEqual([[9, 0], [7, 0], [6, 1]]);
  });

  it('sees one van where two classes claim the same box', () => {
    const seen = boxesOf(candidates([0.9, 1, 0, 10, 10, 60, 50], [0.8, 2, 0, 11, 10, 61, 50]), rules, 100, 100, 0.1);
    expect(seen).toMatchObject([{ classIndex: 1 }]);
  });

  it('rescales scores up to 1 and stops at the floor', () => {
    const seen = boxesOf(candidates([0.9, 0, 0, 0, 0, 10, 10], [0.3, 0, 0, 50, 50, 60, 60], [0.1, 0, 0, 80, 80, 90, 90]), { ...rules, scoreScale: 1.6 }, 100, 100, 0.32);
    expect(seen.map(({ score }) => score)).toEqual([1, expect.closeTo(0.48, 5)]);
  });

  it('places the cells of CenterNet and YOLOX', () => {
    // 64 × 32: CenterNet has 16 × 8 cells of 4 pixels; cell 18 is column 2, row 1.
    expect(boxesOf(candidates([0.9, 0, 18, 4, 2, 8, 6]), { ...rules, boxes: 'centernet-cell' }, 64, 32, 0.1)).toMatchObject([{ x: 4 / 64, y: 2 / 32, w: 12 / 64, h: 8 / 32 }]);
    // YOLOX: 8 × 4 cells of 8, then 4 × 2 of 16; cell 32 + 5 is column 1, row 1 of the second level.
    expect(boxesOf(candidates([0.9, 0, 37, 0.5, 0.25, 0, 0]), { ...rules, boxes: 'yolox-cell' }, 64, 32, 0.1)).toMatchObject([{ x: (24 - 8) / 64, y: (20 - 8) / 32, w: 0.25, h: 0.5 }]);
  });

  it('refuses scores that are no numbers, skips boxes without area and classes without name', () => {
    expect(() => boxesOf(candidates([NaN, 0, 0, 0, 0, 1, 1]), rules, 100, 100, 0.1)).toThrow('the model gave NaN instead of a score on a 100×100 frame');
    expect(boxesOf(candidates([0.9, 0, 0, 10, 10, 10, 20], [0.8, 7, 0, 0, 0, 50, 50]), rules, 100, 100, 0.1)).toEqual([]);
  });
});
