/**
 * A path of bounded size, simplified as it grows: straight pieces in time that pass within a tolerance of every point
 * given (the swing filter of Elmeleegy et al. 2009: memory does not grow while an object stands or walks straight). When
 * there are too many pieces, the tolerance doubles and the path is simplified again.
 */
export interface PathState {
  /** Ends of the finished pieces: [µs since the first, x, y]. */
  corners: PathPoint[];
  /** Slopes, per µs, that still pass every point since the last corner. */
  open: { xLow: number; xHigh: number; yLow: number; yHigh: number; last: PathPoint } | null;
  /** Largest distance from a given point, in the points' unit. */
  tolerance: number;
  /** Every `stride`-th height; the median of these is the object's. */
  heights: number[];
  stride: number;
  count: number;
  /** µs of the first point. */
  from: number | null;
}

export type PathPoint = readonly [t: number, x: number, y: number];

/** Corners kept of one track: a person who wanders for an hour is still drawn faithfully. */
const mostCorners = 256;
/** Heights kept: the median of 64 is good to a few per cent. */
const mostHeights = 64;

export function beginPath(tolerance: number): PathState {
  return { corners: [], open: null, tolerance, heights: [], stride: 1, count: 0, from: null };
}

/** Adds the place at `at` (µs, growing) and the box's height there. */
export function extendPath(path: PathState, at: number, x: number, y: number, height: number): void {
  path.from ??= at;
  if (path.count % path.stride === 0) {
    path.heights.push(height);
    if (path.heights.length > mostHeights) {
      path.heights = path.heights.filter((_, index) => index % 2 === 0);
      path.stride *= 2;
    }
  }
  path.count += 1;
  addPoint(path, [at - path.from, x, y]);
  if (path.corners.length > mostCorners) coarsen(path);
}

/** The simplified path with its end. */
export function pathPoints(path: PathState): PathPoint[] {
  return path.open ? [...path.corners, pieceEnd(path, path.open)] : [...path.corners];
}

export function medianHeight(path: PathState): number {
  const sorted = [...path.heights].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}

function addPoint(path: PathState, point: PathPoint): void {
  const corner = path.corners.at(-1);
  if (!corner) {
    path.corners.push(point);
    return;
  }
  const { open, tolerance } = path;
  const slopes = slopesTo(corner, point, tolerance);
  if (open) {
    const xLow = Math.max(open.xLow, slopes.xLow);
    const xHigh = Math.min(open.xHigh, slopes.xHigh);
    const yLow = Math.max(open.yLow, slopes.yLow);
    const yHigh = Math.min(open.yHigh, slopes.yHigh);
    if (xLow <= xHigh && yLow <= yHigh) {
      path.open = { xLow, xHigh, yLow, yHigh, last: point };
      return;
    }
    const end = pieceEnd(path, open);
    path.corners.push(end);
    path.open = { ...slopesTo(end, point, tolerance), last: point };
    return;
  }
  path.open = { ...slopes, last: point };
}

function slopesTo(from: PathPoint, to: PathPoint, tolerance: number): { xLow: number; xHigh: number; yLow: number; yHigh: number } {
  const t = Math.max(1, to[0] - from[0]);
  return {
    xLow: (to[1] - tolerance - from[1]) / t,
    xHigh: (to[1] + tolerance - from[1]) / t,
    yLow: (to[2] - tolerance - from[2]) / t,
    yHigh: (to[2] + tolerance - from[2]) / t,
  };
}

/** The open piece's end at its last time: the allowed place nearest to the last point. */
function pieceEnd(path: PathState, open: NonNullable<PathState['open']>): PathPoint {
  const corner = path.corners.at(-1)!;
  const [at, x, y] = open.last;
  const t = at - corner[0];
  const within = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);
  return [at, within(x, corner[1] + open.xLow * t, corner[1] + open.xHigh * t), within(y, corner[2] + open.yLow * t, corner[2] + open.yHigh * t)];
}

function coarsen(path: PathState): void {
  const points = pathPoints(path);
  path.tolerance *= 2;
  path.corners = [];
  path.open = null;
  for (const point of points) addPoint(path, point);
}
