import type { Store } from '@sightline/runtime/store/store';

/** Where objects were and where they went, as a grid over the picture. */
export interface Heat {
  readonly columns: number;
  readonly rows: number;
  /** Seconds that objects stood in each cell, row by row. */
  readonly seconds: readonly number[];
  /** Mean way through each cell, in fractions of the frame a second; 0 where nothing moved. */
  readonly dx: readonly number[];
  readonly dy: readonly number[];
}

interface CellRow {
  readonly cell: number;
  readonly s: number;
  readonly dx: number;
  readonly dy: number;
}

/** Cells of about a twentieth of a person's height at usual distances; finer would be noise of the boxes. */
export const heatColumns = 64;
export const heatRows = 36;
/** Between two points of a simplified path the way is straight: it is cut into this many pieces, so that no cell is jumped over. */
const pieces = 8;

export async function findHeat(store: Store, camera: string, from: number, to: number): Promise<Heat> {
  const rows = await store.query<CellRow>(
    `SELECT toUInt32(least(floor(py * ${heatRows}), ${heatRows - 1}) * ${heatColumns} + least(floor(px * ${heatColumns}), ${heatColumns - 1})) AS cell, sum(dt) / ${pieces} AS s, sum(vx) / ${pieces} AS dx, sum(vy) / ${pieces} AS dy
     FROM (
       SELECT (x1 + (x2 - x1) * (piece + 0.5) / ${pieces}) / 65535 AS px, (y1 + (y2 - y1) * (piece + 0.5) / ${pieces}) / 65535 AS py, dt, (x2 - x1) / 65535 AS vx, (y2 - y1) / 65535 AS vy
       FROM (
         SELECT toFloat64(x1) AS x1, toFloat64(y1) AS y1, toFloat64(x2) AS x2, toFloat64(y2) AS y2, (t2 - t1) / 1000 AS dt
         FROM tracks ARRAY JOIN arrayPopBack(path_x) AS x1, arrayPopFront(path_x) AS x2, arrayPopBack(path_y) AS y1, arrayPopFront(path_y) AS y2, arrayPopBack(path_ms) AS t1, arrayPopFront(path_ms) AS t2
         WHERE camera = {camera:String} AND began < toDateTime64({to:Int64}, 6) AND ended >= toDateTime64({from:Int64}, 6) AND length(path_ms) > 1
       ) ARRAY JOIN range(${pieces}) AS piece
     ) GROUP BY cell`,
    { camera, from, to },
  );
  const grid = (): number[] => Array.from({ length: heatColumns * heatRows }, () => 0);
  const seconds = grid();
  const dx = grid();
  const dy = grid();
  for (const row of rows) {
    seconds[row.cell] = row.s;
    if (row.s > 0) {
      dx[row.cell] = row.dx / row.s;
      dy[row.cell] = row.dy / row.s;
    }
  }
  return { columns: heatColumns, rows: heatRows, seconds, dx, dy };
}
