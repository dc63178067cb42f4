/**
 * Optimal sparse assignment in which staying unmatched has a price: of all ways to pair rows with columns, the one with
 * the least Σ cost of pairs + Σ price of unpaired rows. Shortest augmenting paths after Jonker & Volgenant 1987, on
 * adjacency lists; each search ends at the nearest row that would rather stay alone, so it stays local in a crowd.
 */
export interface Edge {
  readonly row: number;
  readonly column: number;
  readonly cost: number;
}

/** Returns for each row its column, or −1. Edges that cost at least `unmatched` are never used. */
export function assign(rows: number, columns: number, edges: readonly Edge[], unmatched: number): Int32Array {
  const columnOf = new Int32Array(rows).fill(-1);
  if (edges.length === 0) return columnOf;
  const rowOf = new Int32Array(columns).fill(-1);
  const from: Edge[][] = Array.from({ length: rows }, () => []);
  for (const edge of edges) if (edge.cost < unmatched) from[edge.row]!.push(edge);

  const price = new Float64Array(columns);
  const matchedCost = new Float64Array(rows);
  const distance = new Float64Array(columns).fill(Infinity);
  const cameFrom = new Int32Array(columns);
  const stepCost = new Float64Array(columns);
  const scanned = new Uint8Array(columns);

  for (let start = 0; start < rows; start++) {
    if (from[start]!.length === 0) continue;
    const touched: number[] = [];
    let row = start;
    let base = 0;
    let endDistance = unmatched;
    let endRow = start;
    let endColumn = -1;
    for (;;) {
      for (const { column, cost } of from[row]!) {
        if (scanned[column]) continue;
        const reached = cost - price[column]! + base;
        if (reached < distance[column]!) {
          if (distance[column] === Infinity) touched.push(column);
          distance[column] = reached;
          cameFrom[column] = row;
          stepCost[column] = cost;
        }
      }
      let nearest = -1;
      for (const column of touched) if (!scanned[column] && (nearest < 0 || distance[column]! < distance[nearest]!)) nearest = column;
      if (nearest < 0 || distance[nearest]! >= endDistance) break;
      if (rowOf[nearest]! < 0) {
        endDistance = distance[nearest]!;
        endColumn = nearest;
        break;
      }
      scanned[nearest] = 1;
      row = rowOf[nearest]!;
      base = distance[nearest]! - matchedCost[row]! + price[nearest]!;
      if (base + unmatched < endDistance) {
        endDistance = base + unmatched;
        endRow = row;
      }
    }
    for (const column of touched) if (scanned[column]) price[column] = price[column]! + Math.min(0, distance[column]! - endDistance);

    // The path is turned from its end: the row that stays alone gives its column up, or the free column is taken.
    let column = endColumn >= 0 ? endColumn : endRow === start ? -1 : columnOf[endRow]!;
    if (endColumn < 0 && column >= 0) columnOf[endRow] = -1;
    while (column >= 0) {
      const taker = cameFrom[column]!;
      const freed = columnOf[taker]!;
      rowOf[column] = taker;
      columnOf[taker] = column;
      matchedCost[taker] = stepCost[column]!;
      column = taker === start ? -1 : freed;
    }
    for (const column of touched) {
      distance[column] = Infinity;
      scanned[column] = 0;
    }
  }
  return columnOf;
}
