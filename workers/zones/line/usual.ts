/**
 * Which way is usual where on a line, learned from crossings that were seen from both sides: lanes have one direction, doors
 * have both. It settles what would rest on a single step: a vehicle seen twice.
 */
export interface Usual {
  of(crossing: Placed): 'usual' | 'against' | 'unknown';
  /** Learns from a crossing that is beyond doubt, and gives it back. */
  learned<T extends Placed>(crossing: T): T;
  snapshot(): UsualState;
}

interface Placed {
  readonly along: number;
  readonly direction: 'in' | 'out';
}

/** Crossings by part of the line. */
export interface UsualState {
  readonly in: readonly number[];
  readonly out: readonly number[];
}

/** Parts of a line: a lane or a door is wider. */
const parts = 20;
/** Crossings from which a way is known, and the share from which it is the usual one. */
const known = 3;
const usualShare = 0.9;
/** Crossings in effect: a road may be turned round. */
const memory = 100;

export function createUsual(restored?: UsualState): Usual {
  const counts = { in: [...(restored?.in ?? new Array<number>(parts).fill(0))], out: [...(restored?.out ?? new Array<number>(parts).fill(0))] };
  const partOf = ({ along }: Placed): number => Math.min(parts - 1, Math.max(0, Math.floor(along * parts)));
  const near = (direction: 'in' | 'out', part: number): number => counts[direction].slice(Math.max(0, part - 1), part + 2).reduce((sum, n) => sum + n, 0);

  return {
    of(crossing) {
      const part = partOf(crossing);
      const same = near(crossing.direction, part);
      const all = near('in', part) + near('out', part);
      if (all < known) return 'unknown';
      if (same >= usualShare * all) return 'usual';
      return same <= (1 - usualShare) * all ? 'against' : 'unknown';
    },
    learned(crossing) {
      const part = partOf(crossing);
      counts[crossing.direction][part]! += 1;
      if (counts.in[part]! + counts.out[part]! > memory) {
        counts.in[part]! /= 2;
        counts.out[part]! /= 2;
      }
      return crossing;
    },
    snapshot: () => ({ in: [...counts.in], out: [...counts.out] }),
  };
}
