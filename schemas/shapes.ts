/** Points and polygons, without any import: the page's zone editor judges shapes by the same functions as the site file. */

/** A point in the frame: fractions of its width and height, 0..1, origin top left. */
export type Point = readonly [x: number, y: number];

/** A closed polygon of at least three points, in fractions of the frame; the last point joins the first. */
export type Polygon = readonly Point[];

/** Signed area in square fractions of the frame; positive when the points run clockwise on the screen (y down). */
export function signedArea(points: Polygon): number {
  let twice = 0;
  for (let i = 0; i < points.length; i++) {
    const [ax, ay] = points[i]!;
    const [bx, by] = points[(i + 1) % points.length]!;
    twice += ax * by - bx * ay;
  }
  return twice / 2;
}

/** The first pair of edges (counted from 1) of a closed polygon that cross, or null. Adjacent edges may share their corner. */
export function selfCrossing(points: Polygon): [number, number] | null {
  const n = points.length;
  for (let i = 0; i < n; i++) {
    for (let j = i + 2; j < n; j++) {
      if (i === 0 && j === n - 1) continue;
      if (segmentsCross(points[i]!, points[(i + 1) % n]!, points[j]!, points[(j + 1) % n]!)) return [i + 1, j + 1];
    }
  }
  return null;
}

/** Whether the closed segments ab and cd share a point. */
export function segmentsCross(a: Point, b: Point, c: Point, d: Point): boolean {
  const side = (p: Point, q: Point, r: Point): number => Math.sign((q[0] - p[0]) * (r[1] - p[1]) - (q[1] - p[1]) * (r[0] - p[0]));
  const within = (p: Point, q: Point, r: Point): boolean =>
    Math.min(p[0], q[0]) <= r[0] && r[0] <= Math.max(p[0], q[0]) && Math.min(p[1], q[1]) <= r[1] && r[1] <= Math.max(p[1], q[1]);
  const abc = side(a, b, c);
  const abd = side(a, b, d);
  const cda = side(c, d, a);
  const cdb = side(c, d, b);
  if (abc !== abd && cda !== cdb) return true;
  return (abc === 0 && within(a, b, c)) || (abd === 0 && within(a, b, d)) || (cda === 0 && within(c, d, a)) || (cdb === 0 && within(c, d, b));
}

/** Whether a point lies inside a polygon (even–odd rule). */
export function insidePolygon([x, y]: Point, polygon: Polygon): boolean {
  let inside = false;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) {
    const [xi, yi] = polygon[i]!;
    const [xj, yj] = polygon[j]!;
    if (yi > y !== yj > y && x < ((xj - xi) * (y - yi)) / (yj - yi) + xi) inside = !inside;
  }
  return inside;
}
