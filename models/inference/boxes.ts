import { SightlineError } from '@sightline/runtime/errors';
import type { Box } from '@sightline/schemas';
import { candidateRows } from '../adapt/candidates.js';
import { centernetStride } from '../adapt/centernet.js';
import { yoloxStrides } from '../adapt/yolox.js';
import type { BoxForm, Manifest } from '../manifest.js';

/**
 * From the adapted graph's candidates ([7, K], strongest first) to boxes in fractions of the frame: rescaled scores,
 * the head's box arithmetic, greedy non-maximum suppression.
 */
export interface ScoredBox extends Box {
  score: number;
  readonly classIndex: number;
}

export interface BoxRules extends Pick<Manifest, 'boxes' | 'scoreScale' | 'nms'> {
  readonly classCount: number;
}

/** Left, top, right, bottom in pixels of the input. */
type Corners = [left: number, top: number, right: number, bottom: number];

type CellBox = (cell: number, b0: number, b1: number, b2: number, b3: number, width: number, height: number, into: Corners) => void;

/** Throws MODEL_FAILED when the model gave numbers that are none. */
export function boxesOf(candidates: Float32Array, rules: BoxRules, width: number, height: number, floor: number): ScoredBox[] {
  const count = candidates.length / candidateRows;
  const place = cellBox[rules.boxes];
  const kept: ScoredBox[] = [];
  const corners: Corners = [0, 0, 0, 0];
  for (let i = 0; i < count; i++) {
    const raw = candidates[i]!;
    if (!Number.isFinite(raw)) throw new SightlineError('MODEL_FAILED', `the model gave ${raw} instead of a score on a ${width}×${height} frame`);
    const score = Math.min(1, raw * rules.scoreScale);
    if (score < floor) break;
    const classIndex = candidates[count + i]!;
    if (classIndex >= rules.classCount) continue;
    place(candidates[2 * count + i]!, candidates[3 * count + i]!, candidates[4 * count + i]!, candidates[5 * count + i]!, candidates[6 * count + i]!, width, height, corners);
    const [left, top, right, bottom] = corners;
    if (!(right > left && bottom > top)) continue;
    const box = { x: left / width, y: top / height, w: (right - left) / width, h: (bottom - top) / height, score, classIndex };
    if (!overlapped(box, kept, rules.nms)) kept.push(box);
  }
  return kept;
}

/** Boxes of different classes that are this much alike are one object seen twice, such as a van as car and truck. */
const sameObject = 0.8;

function overlapped(box: ScoredBox, kept: readonly ScoredBox[], limit: number): boolean {
  if (limit >= 1) return false;
  for (const other of kept) {
    const across = Math.min(box.x + box.w, other.x + other.w) - Math.max(box.x, other.x);
    if (across <= 0) continue;
    const down = Math.min(box.y + box.h, other.y + other.h) - Math.max(box.y, other.y);
    if (down <= 0) continue;
    const common = across * down;
    const most = other.classIndex === box.classIndex ? limit : sameObject;
    if (common > most * (box.w * box.h + other.w * other.h - common)) return true;
  }
  return false;
}

const centernet: CellBox = (cell, left, top, right, bottom, width, _height, into) => {
  const columns = width / centernetStride;
  const x = (cell % columns) * centernetStride;
  const y = Math.floor(cell / columns) * centernetStride;
  into[0] = x - left;
  into[1] = y - top;
  into[2] = x + right;
  into[3] = y + bottom;
};

const yolox: CellBox = (cell, dx, dy, lw, lh, width, height, into) => {
  let at = cell;
  for (const stride of yoloxStrides) {
    const columns = width / stride;
    const cells = columns * (height / stride);
    if (at >= cells) {
      at -= cells;
      continue;
    }
    const x = (dx + (at % columns)) * stride;
    const y = (dy + Math.floor(at / columns)) * stride;
    const w = Math.exp(lw) * stride;
    const h = Math.exp(lh) * stride;
    into[0] = x - w / 2;
    into[1] = y - h / 2;
    into[2] = x + w / 2;
    into[3] = y + h / 2;
    return;
  }
};

const corners = (scaleX: (width: number) => number, scaleY: (height: number) => number): CellBox => (_cell, left, top, right, bottom, width, height, into) => {
  into[0] = left * scaleX(width);
  into[1] = top * scaleY(height);
  into[2] = right * scaleX(width);
  into[3] = bottom * scaleY(height);
};

const centre = (scaleX: (width: number) => number, scaleY: (height: number) => number): CellBox => (_cell, x, y, w, h, width, height, into) => {
  into[0] = (x - w / 2) * scaleX(width);
  into[1] = (y - h / 2) * scaleY(height);
  into[2] = (x + w / 2) * scaleX(width);
  into[3] = (y + h / 2) * scaleY(height);
};

const pixels = (): number => 1;
const fractions = (side: number): number => side;

const cellBox: Record<BoxForm, CellBox> = {
  'centernet-cell': centernet,
  'yolox-cell': yolox,
  'centre-pixels': centre(pixels, pixels),
  'centre-fractions': centre(fractions, fractions),
  'corner-pixels': corners(pixels, pixels),
  'corner-fractions': corners(fractions, fractions),
};
