import { z } from 'zod';

/** A point in the frame: fractions of its width and height, 0..1, origin top left. */
export type Point = readonly [x: number, y: number];

/** A closed polygon of at least three points, in fractions of the frame; the last point joins the first. */
export type Polygon = readonly Point[];

/** An axis-aligned box in fractions of the frame: left, top, width, height. May reach beyond 0..1 at the frame's edge. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

/** Where on its box an object is taken to stand. */
export const anchorSchema = z.enum(['bottom-centre', 'centre', 'top-centre']).describe('where on its box an object stands');
export type Anchor = z.infer<typeof anchorSchema>;

const coordinate = z
  .number()
  .min(0, 'coordinates are fractions 0..1 (did you use pixels?)')
  .max(1, 'coordinates are fractions 0..1 (did you use pixels?)');

export const pointSchema = z.tuple([coordinate, coordinate]).describe('[x, y] in fractions of the frame, origin top left');

export const polygonSchema = z
  .array(pointSchema)
  .min(3, 'a polygon needs at least 3 points')
  .max(256, 'a polygon may have at most 256 points')
  .superRefine((points, context) => {
    const crossing = selfCrossing(points);
    if (crossing) {
      context.addIssue({
        code: 'custom',
        message: `the polygon crosses itself: edge ${crossing[0]}–${crossing[0] + 1} meets edge ${crossing[1]}–${crossing[1] + 1}; list the points in order around the shape`,
      });
    } else if (Math.abs(signedArea(points)) < 1e-6) {
      context.addIssue({ code: 'custom', message: 'the polygon encloses no area; its points lie on one line' });
    }
  })
  .describe('corner points in order, in fractions of the frame');

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

/** The anchor point of a box, in fractions of the frame. */
export function anchorOf(box: Box, anchor: Anchor): Point {
  const x = box.x + box.w / 2;
  if (anchor === 'centre') return [x, box.y + box.h / 2];
  return [x, anchor === 'top-centre' ? box.y : box.y + box.h];
}
