import { anchorOf, insidePolygon, type Anchor, type Box, type Point, type Polygon } from '@sightline/schemas';

/**
 * The picture as a plane with square units: x in fractions of the frame's height too, so that a length means the same in
 * every direction. `aspect` is width / height.
 */
export interface Plane {
  readonly aspect: number;
}

/** A point of the frame (fractions) in square units. */
export function toPlane([x, y]: Point, aspect: number): Point {
  return [x * aspect, y];
}

/** The anchor of a box in square units. */
export function standing(box: Box, anchor: Anchor, aspect: number): Point {
  return toPlane(anchorOf(box, anchor), aspect);
}

/** The size of an object in square units: the side of the square that has its box's area. */
export function sizeOf(box: Box, aspect: number): number {
  return Math.sqrt(Math.max(1e-9, box.w * aspect * box.h));
}

export function distance(a: Point, b: Point): number {
  return Math.hypot(a[0] - b[0], a[1] - b[1]);
}

/** Intersection over union of two boxes. */
export function overlap(a: Box, b: Box): number {
  const w = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const h = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  if (w <= 0 || h <= 0) return 0;
  return (w * h) / (a.w * a.h + b.w * b.h - w * h);
}

/** Distance from a point to a polygon's rim, negative inside; both in square units. */
export function outside(point: Point, polygon: Polygon): number {
  let least = Infinity;
  for (let i = 0, j = polygon.length - 1; i < polygon.length; j = i++) least = Math.min(least, toSegment(point, polygon[j]!, polygon[i]!));
  return insidePolygon(point, polygon) ? -least : least;
}

/** Distance from a point to the segment between two others. */
export function toSegment(p: Point, a: Point, b: Point): number {
  const dx = b[0] - a[0];
  const dy = b[1] - a[1];
  const squared = dx * dx + dy * dy;
  const t = squared === 0 ? 0 : Math.min(1, Math.max(0, ((p[0] - a[0]) * dx + (p[1] - a[1]) * dy) / squared));
  return Math.hypot(p[0] - a[0] - t * dx, p[1] - a[1] - t * dy);
}
