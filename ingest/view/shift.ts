/**
 * How far a whole picture moved between two thumbnails, to a fraction of a pixel: coarse search where much has changed,
 * then Lucas–Kanade (1981) in each block, then the median of the blocks, so that objects that move by themselves, as long
 * as they fill less than half of the textured blocks, do not count.
 */
export interface Shift {
  /** Of the content, from the first picture to the second, thumbnail pixels. */
  readonly dx: number;
  readonly dy: number;
  /** Share of the textured blocks that moved like that, 0..1; 0 when too few blocks have texture. */
  readonly agreement: number;
  /** Share of the textured blocks that moved by less than a third of it. A camera that moves leaves none of them. */
  readonly still: number;
}

const blockWidth = 12;
const blockHeight = 9;
/** Smaller eigenvalue of the gradients' matrix per pixel, grey levels²: below, a block slides along its only edge. */
const leastTexture = 12;
/** Blocks that must have texture before anything is said. */
const leastBlocks = 10;
/** A block agrees when it lies this near to the median: thumbnail pixels, and a share of the shift itself. */
const agreement = { pixels: 0.35, share: 0.08 };
/** Blocks are matched again at the whole pixels found so far; three rounds reach what the coarse search left open. */
const rounds = 3;
/** The coarse picture is made of cells of this many pixels; the search reaches this many cells. */
const cell = 4;
const reach = 4;
/** The pictures are compared in whole before anything else when this share of cells changed by so many levels. */
const coarseWhen = { share: 0.3, levels: 12 };

export class ShiftEstimator {
  readonly #coarseA: Float32Array;
  readonly #coarseB: Float32Array;
  readonly #across: number;
  readonly #down: number;
  readonly #dxs: Float64Array;
  readonly #dys: Float64Array;

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    this.#across = Math.floor(width / cell);
    this.#down = Math.floor(height / cell);
    this.#coarseA = new Float32Array(this.#across * this.#down);
    this.#coarseB = new Float32Array(this.#across * this.#down);
    const blocks = Math.floor(width / blockWidth) * Math.floor(height / blockHeight);
    this.#dxs = new Float64Array(blocks);
    this.#dys = new Float64Array(blocks);
  }

  between(a: Uint8Array, b: Uint8Array): Shift {
    let [wholeX, wholeY] = this.#coarse(a, b);
    let best: Shift = { dx: 0, dy: 0, agreement: 0, still: 1 };
    for (let round = 0; round < rounds; round++) {
      const found = this.#blocks(a, b, wholeX, wholeY);
      if (found === null) return best;
      best = found;
      const nextX = Math.round(found.dx);
      const nextY = Math.round(found.dy);
      if (nextX === wholeX && nextY === wholeY) break;
      [wholeX, wholeY] = [nextX, nextY];
    }
    return best;
  }

  /** The whole-pixel shift, in steps of a cell, that makes the pictures most alike; 0 when little has changed. */
  #coarse(a: Uint8Array, b: Uint8Array): [number, number] {
    const across = this.#across;
    const down = this.#down;
    const small = [this.#shrink(a, this.#coarseA), this.#shrink(b, this.#coarseB)] as const;
    let changed = 0;
    for (let i = 0; i < across * down; i++) if (Math.abs(small[0][i]! - small[1][i]!) > coarseWhen.levels) changed++;
    if (changed < coarseWhen.share * across * down) return [0, 0];
    let least = Infinity;
    let at: [number, number] = [0, 0];
    for (let sy = -reach; sy <= reach; sy++) {
      for (let sx = -reach; sx <= reach; sx++) {
        let sum = 0;
        let count = 0;
        for (let y = Math.max(0, -sy); y < Math.min(down, down - sy); y++) {
          for (let x = Math.max(0, -sx); x < Math.min(across, across - sx); x++) {
            sum += Math.abs(small[0][y * across + x]! - small[1][(y + sy) * across + x + sx]!);
            count++;
          }
        }
        const mean = sum / count;
        if (mean < least) {
          least = mean;
          at = [sx * cell, sy * cell];
        }
      }
    }
    return at;
  }

  #shrink(from: Uint8Array, to: Float32Array): Float32Array {
    for (let y = 0; y < this.#down; y++) {
      for (let x = 0; x < this.#across; x++) {
        let sum = 0;
        for (let v = 0; v < cell; v += 2) for (let u = v % 4 === 0 ? 0 : 1; u < cell; u += 2) sum += from[(y * cell + v) * this.width + x * cell + u]!;
        to[y * this.#across + x] = sum / 4;
      }
    }
    return to;
  }

  #blocks(a: Uint8Array, b: Uint8Array, wholeX: number, wholeY: number): Shift | null {
    const { width, height } = this;
    const offset = wholeY * width + wholeX;
    let blocks = 0;
    for (let top = 0; top + blockHeight <= height; top += blockHeight) {
      for (let left = 0; left + blockWidth <= width; left += blockWidth) {
        const x0 = Math.max(left, 1, 1 - wholeX);
        const x1 = Math.min(left + blockWidth, width - 1, width - 1 - wholeX);
        const y0 = Math.max(top, 1, 1 - wholeY);
        const y1 = Math.min(top + blockHeight, height - 1, height - 1 - wholeY);
        if ((x1 - x0) * (y1 - y0) * 2 < blockWidth * blockHeight) continue;
        let xx = 0;
        let xy = 0;
        let yy = 0;
        let xt = 0;
        let yt = 0;
        // Every other row says nearly all, at half the time.
        for (let y = y0; y < y1; y += 2) {
          for (let p = y * width + x0, end = y * width + x1; p < end; p++) {
            const q = p + offset;
            const gx = a[p + 1]! - a[p - 1]! + b[q + 1]! - b[q - 1]!;
            const gy = a[p + width]! - a[p - width]! + b[q + width]! - b[q - width]!;
            const change = b[q]! - a[p]!;
            xx += gx * gx;
            xy += gx * gy;
            yy += gy * gy;
            xt += gx * change;
            yt += gy * change;
          }
        }
        // Gradients above are four times the true ones.
        const pixels = (x1 - x0) * Math.ceil((y1 - y0) / 2) * 16;
        const smaller = (xx + yy - Math.hypot(xx - yy, 2 * xy)) / 2 / pixels;
        if (smaller < leastTexture) continue;
        const determinant = xx * yy - xy * xy;
        this.#dxs[blocks] = wholeX + (4 * (xy * yt - yy * xt)) / determinant;
        this.#dys[blocks] = wholeY + (4 * (xy * xt - xx * yt)) / determinant;
        blocks++;
      }
    }
    if (blocks < leastBlocks) return null;
    const dx = median(this.#dxs, blocks);
    const dy = median(this.#dys, blocks);
    const little = Math.hypot(dx, dy) / 3;
    const near = agreement.pixels + agreement.share * Math.hypot(dx, dy);
    let agreeing = 0;
    let still = 0;
    for (let i = 0; i < blocks; i++) {
      if (Math.hypot(this.#dxs[i]! - dx, this.#dys[i]! - dy) < near) agreeing++;
      if (Math.hypot(this.#dxs[i]!, this.#dys[i]!) < little) still++;
    }
    return { dx, dy, agreement: agreeing / blocks, still: still / blocks };
  }
}

function median(values: Float64Array, count: number): number {
  const sorted = values.slice(0, count).sort();
  return (sorted[(count - 1) >> 1]! + sorted[count >> 1]!) / 2;
}
