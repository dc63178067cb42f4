import { presenceColumns, presenceRows, type PresenceCell, type PresenceGrid, type Track } from '@sightline/schemas';

/**
 * Where objects stand and where they go, as a grid over the picture, minute by minute: whole milliseconds and whole
 * displacements, so that any sum of rows is exact. An object's milliseconds add up to the time it was seen, its displacements
 * to the way from where it was first to where it was last.
 */
export interface Presence {
  /** Adds a frame; the rows of the minute before when it is over, or of this one as soon as nobody is there. `at` in µs. */
  step(at: number, tracks: readonly Track[]): readonly PresenceGrid[];
  snapshot(): PresenceState;
}

interface Place {
  /** ms, and 65535ths of the frame: where the middle of its foot was. */
  readonly at: number;
  readonly x: number;
  readonly y: number;
}

export interface PresenceState {
  /** µs: the minute of the cells, null before the first frame. */
  readonly minute: number | null;
  readonly cells: readonly PresenceCell[];
  readonly places: readonly (readonly [track: string, place: Place])[];
}

/** Seconds out of sight up to which an object is taken to have gone straight on. */
const carried = 2;
const unit = 65_535;
const minuteLength = 60_000_000;
/** Cells in memory; a minute in which more are passed is told in parts. */
const mostCells = 20_000;

export function createPresence(restored?: PresenceState): Presence {
  let minute = restored?.minute ?? null;
  const cells = new Map<string, [ms: number, dx: number, dy: number]>((restored?.cells ?? []).map(([cls, cell, ms, dx, dy]) => [`${cell} ${cls}`, [ms, dx, dy]]));
  const places = new Map<string, Place>(restored?.places ?? []);

  /** The way from one place to another, cut where it passes cells; each part in whole numbers that add up. */
  function add(cls: string, from: Place, to: Place): void {
    const parts = Math.max(1, Math.abs(columnOf(to.x) - columnOf(from.x)), Math.abs(rowOf(to.y) - rowOf(from.y)));
    const share = (value: number, k: number): number => Math.floor((value * k) / parts);
    for (let k = 0; k < parts; k++) {
      const x = from.x + ((to.x - from.x) * (k + 0.5)) / parts;
      const y = from.y + ((to.y - from.y) * (k + 0.5)) / parts;
      const name = `${rowOf(y) * presenceColumns + columnOf(x)} ${cls}`;
      const cell = cells.get(name) ?? [0, 0, 0];
      cell[0] += share(to.at - from.at, k + 1) - share(to.at - from.at, k);
      cell[1] += share(to.x - from.x, k + 1) - share(to.x - from.x, k);
      cell[2] += share(to.y - from.y, k + 1) - share(to.y - from.y, k);
      cells.set(name, cell);
    }
  }

  function take(): PresenceGrid[] {
    if (minute === null || cells.size === 0) return [];
    const rows = packed(cells);
    cells.clear();
    return [{ minute, cells: rows }];
  }

  return {
    step(at, tracks) {
      const now = Math.floor(at / minuteLength) * minuteLength;
      const over = minute !== null && now !== minute ? take() : [];
      minute = now;
      const ms = Math.floor(at / 1000);
      for (const track of tracks) {
        if (track.coasting > 0) continue;
        const place: Place = { at: ms, x: fraction(track.x + track.w / 2), y: fraction(track.y + track.h) };
        const before = places.get(track.id);
        if (before && ms > before.at && ms - before.at <= carried * 1000) add(track.cls, before, place);
        places.set(track.id, place);
      }
      for (const [track, place] of places) if (ms - place.at > carried * 1000 || place.at > ms) places.delete(track);
      return (places.size === 0 && cells.size > 0) || cells.size > mostCells ? [...over, ...take()] : over;
    },
    snapshot: () => ({ minute, cells: packed(cells), places: [...places] }),
  };
}

function packed(cells: ReadonlyMap<string, readonly [number, number, number]>): PresenceCell[] {
  return [...cells].map(([name, [ms, dx, dy]]) => {
    const space = name.indexOf(' ');
    return [name.slice(space + 1), Number(name.slice(0, space)), ms, dx, dy] as const;
  });
}

function fraction(value: number): number {
  return Math.round(Math.min(1, Math.max(0, value)) * unit);
}

function columnOf(x: number): number {
  return Math.min(presenceColumns - 1, Math.floor((x / unit) * presenceColumns));
}

function rowOf(y: number): number {
  return Math.min(presenceRows - 1, Math.floor((y / unit) * presenceRows));
}
