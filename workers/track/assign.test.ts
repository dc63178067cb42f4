import { describe, expect, it } from 'vitest';
import { assign, type Edge } from './assign.js';

/** All ways, one by one. */
function exhaustive(rows: number, columns: number, edges: readonly Edge[], unmatched: number): number {
  const costs = new Map(edges.map(({ row, column, cost }) => [row * columns + column, cost]));
  const best = (row: number, used: number): number => {
    if (row === rows) return 0;
    let least = unmatched + best(row + 1, used);
    for (let column = 0; column < columns; column++) {
      const cost = costs.get(row * columns + column);
      if (cost !== undefined && !(used & (1 << column))) least = Math.min(least, cost + best(row + 1, used | (1 << column)));
    }
    return least;
  };
  return best(0, 0);
}

function totalOf(columnOf: Int32Array, edges: readonly Edge[], unmatched: number): number {
  const used = new Set<number>();
  let total = 0;
  columnOf.forEach((column, row) => {
    if (column < 0) {
      total += unmatched;
      return;
    }
    expect(used.has(column)).toBe(false);
    used.add(column);
    total += edges.find((edge) => edge.row === row && edge.column === column)!.cost;
  });
  return total;
}

describe('assign', () => {
  it('finds the optimum of every small problem', () => {
    let seed = 1;
    const random = (): number => (seed = (seed * 48271) % 2147483647) / 2147483647;
    for (let round = 0; round < 1500; round++) {
      const rows = 1 + Math.floor(random() * 6);
      const columns = 1 + Math.floor(random() * 6);
      const edges: Edge[] = [];
      const density = random();
      for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) if (random() < density) edges.push({ row, column, cost: random() * 1.5 - 0.2 });
      const total = totalOf(assign(rows, columns, edges, 1), edges, 1);
      expect(total).toBeCloseTo(exhaustive(rows, columns, edges, 1), 9);
    }
  });

  it('leaves a row alone rather than take a pair that costs more', () => {
    expect([...assign(2, 1, [{ row: 0, column: 0, cost: 0.9 }, { row: 1, column: 0, cost: 1.1 }], 1)]).toEqual([0, -1]);
  });
});
