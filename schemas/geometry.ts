import { z } from 'zod';
import { selfCrossing, signedArea, type Point } from './shapes.js';

export * from './shapes.js';

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

/** The anchor point of a box, in fractions of the frame. */
export function anchorOf(box: Box, anchor: Anchor): Point {
  const x = box.x + box.w / 2;
  if (anchor === 'centre') return [x, box.y + box.h / 2];
  return [x, anchor === 'top-centre' ? box.y : box.y + box.h];
}
