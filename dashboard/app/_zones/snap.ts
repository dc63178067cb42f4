import type { Point } from '@sightline/schemas/shapes';

/** Draws a point to the frame's edge or to a corner of another zone when it comes close, so that zones meet without a slit. */
const reach = 0.015;

export function snap([x, y]: Point, aspect: number, corners: readonly Point[]): Point {
  let nearest: Point | null = null;
  let least = reach;
  for (const corner of corners) {
    const distance = Math.hypot(corner[0] - x, (corner[1] - y) / aspect);
    if (distance < least) {
      least = distance;
      nearest = corner;
    }
  }
  return nearest ?? [toEdge(x), toEdge(y)];
}

function toEdge(value: number): number {
  return value < reach ? 0 : value > 1 - reach ? 1 : value;
}
