import type { Box, Point, Polygon } from '@sightline/schemas';

/** Where a vehicle touches the ground, and how much of a stall it takes up. */

/** The lower part of a vehicle's box, seen from a camera on a pole or wall, is its footprint; above it is body and roof. */
const footprintShare = 0.6;

export function footprint({ x, y, w, h }: Box): Box {
  return { x, y: y + (1 - footprintShare) * h, w, h: footprintShare * h };
}

export function area(polygon: Polygon): number {
  let twice = 0;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) twice += polygon[j]![0] * polygon[i]![1] - polygon[i]![0] * polygon[j]![1];
  return Math.abs(twice) / 2;
}

/** Area that a polygon and a box share (Sutherland & Hodgman 1974; exact for convex polygons, which stalls are). */
export function sharedArea(polygon: Polygon, { x, y, w, h }: Box): number {
  let points: Point[] = [...polygon];
  const keep = (inside: (p: Point) => number): void => {
    const kept: Point[] = [];
    for (let i = 0; i < points.length; i++) {
      const [a, b] = [points[i]!, points[(i + 1) % points.length]!];
      const [da, db] = [inside(a), inside(b)];
      if (da >= 0) kept.push(a);
      if (da >= 0 !== db >= 0) {
        const part = da / (da - db);
        kept.push([a[0] + part * (b[0] - a[0]), a[1] + part * (b[1] - a[1])]);
      }
    }
    points = kept;
  };
  keep(([px]) => px - x);
  keep(([px]) => x + w - px);
  keep(([, py]) => py - y);
  keep(([, py]) => y + h - py);
  return points.length < 3 ? 0 : area(points);
}

export function boundsOf(polygon: Polygon): Box {
  const xs = polygon.map(([x]) => x);
  const ys = polygon.map(([, y]) => y);
  const x = Math.min(...xs);
  const y = Math.min(...ys);
  return { x, y, w: Math.max(...xs) - x, h: Math.max(...ys) - y };
}

export function touch(a: Box, b: Box): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}
