import type { Point } from '@sightline/schemas/shapes';

/**
 * Draws a point to a corner, then to an edge, of another zone or to the frame's own edge when it comes close, so that zones meet
 * without a slit.
 */
const reach = 0.015;

export interface SnapShape {
  readonly points: readonly Point[];
  /** A line has no edge from its last point back to its first. */
  readonly open: boolean;
}

/** The point itself, the very one, where nothing is near. */
export function snap(point: Point, aspect: number, shapes: readonly SnapShape[]): Point {
  const corner = nearest(point, aspect, shapes.flatMap(({ points }) => points));
  if (corner) return corner;
  const framed: Point = [toEdge(point[0], 1), toEdge(point[1], aspect)];
  if (framed[0] !== point[0] || framed[1] !== point[1]) return framed;
  return nearest(point, aspect, shapes.flatMap((shape) => edgesOf(shape).map(([a, b]) => onEdge(point, aspect, a, b)))) ?? point;
}

function nearest([x, y]: Point, aspect: number, candidates: readonly Point[]): Point | null {
  let found: Point | null = null;
  let least = reach;
  for (const candidate of candidates) {
    const distance = Math.hypot(candidate[0] - x, (candidate[1] - y) / aspect);
    if (distance < least) {
      least = distance;
      found = candidate;
    }
  }
  return found;
}

function edgesOf({ points, open }: SnapShape): (readonly [Point, Point])[] {
  return points.flatMap((point, i) => {
    const next = points[i + 1] ?? (open ? undefined : points[0]);
    return next ? [[point, next] as const] : [];
  });
}

/** The place on an edge nearest to a point, by lengths as they are seen. */
function onEdge([x, y]: Point, aspect: number, a: Point, b: Point): Point {
  const [dx, dy] = [b[0] - a[0], (b[1] - a[1]) / aspect];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((x - a[0]) * dx + ((y - a[1]) / aspect) * dy) / length));
  return [a[0] + along * (b[0] - a[0]), a[1] + along * (b[1] - a[1])];
}

/** The same distance on the screen to either edge. */
function toEdge(value: number, stretch: number): number {
  return value < reach * stretch ? 0 : value > 1 - reach * stretch ? 1 : value;
}
