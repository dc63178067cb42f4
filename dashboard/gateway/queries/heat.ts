import type { Store } from '@sightline/runtime/store/store';
import { presenceColumns, presenceRows } from '@sightline/schemas';

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
  readonly ms: number;
  readonly dx: number;
  readonly dy: number;
}

const unit = 65_535;

/** Whole minutes: those that begin in [from, to), seconds since 1970. `cls` keeps one class. */
export async function findHeat(store: Store, camera: string, from: number, to: number, cls?: string): Promise<Heat> {
  const rows = await store.query<CellRow>(
    `SELECT cell, sum(ms) AS ms, sum(dx) AS dx, sum(dy) AS dy FROM presence_1m
     WHERE camera = {camera:String} AND minute >= toStartOfMinute(toDateTime({from:Int64})) AND minute < toDateTime({to:Int64})${cls === undefined ? '' : ' AND class = {cls:String}'}
     GROUP BY cell`,
    { camera, from, to, ...(cls !== undefined && { cls }) },
  );
  const grid = (): number[] => Array.from({ length: presenceColumns * presenceRows }, () => 0);
  const seconds = grid();
  const dx = grid();
  const dy = grid();
  for (const row of rows) {
    seconds[row.cell] = row.ms / 1000;
    if (row.ms === 0) continue;
    dx[row.cell] = (Number(row.dx) / unit / row.ms) * 1000;
    dy[row.cell] = (Number(row.dy) / unit / row.ms) * 1000;
  }
  return { columns: presenceColumns, rows: presenceRows, seconds, dx, dy };
}
