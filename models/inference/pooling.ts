import { encodeBands, insidePolygon, type Box, type Polygon } from '@sightline/schemas';

/**
 * Pools the detector's mid-level feature map, [channels, rows, columns], over facings and over the background.
 */
export interface FeatureMap {
  readonly data: Float32Array;
  readonly channels: number;
  readonly rows: number;
  readonly columns: number;
}

/** Weight of each cell of the map in each band of a facing. */
export interface FacingWeights {
  readonly key: string;
  readonly bands: readonly { readonly cells: Uint32Array; readonly weights: Float32Array }[];
}

export const facingBands = 3;

/** Points per cell and direction at which a polygon is probed: cells at its edge count by their share inside. */
const probes = 6;

/** Splits the polygon's bounding box into bands along its longer side, so that each band has as many cells as can be. */
export function facingWeights(key: string, polygon: Polygon, rows: number, columns: number): FacingWeights {
  const [left, right] = extent(polygon.map(([x]) => x));
  const [top, bottom] = extent(polygon.map(([, y]) => y));
  const upright = (bottom - top) * rows >= (right - left) * columns;
  const shares = Array.from({ length: facingBands }, () => new Map<number, number>());
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      for (let i = 0; i < probes * probes; i++) {
        const x = (column + ((i % probes) + 0.5) / probes) / columns;
        const y = (row + (Math.floor(i / probes) + 0.5) / probes) / rows;
        if (!insidePolygon([x, y], polygon)) continue;
        const along = upright ? (y - top) / (bottom - top) : (x - left) / (right - left);
        const band = shares[Math.max(0, Math.min(facingBands - 1, Math.floor(along * facingBands)))]!;
        band.set(row * columns + column, (band.get(row * columns + column) ?? 0) + 1);
      }
  return {
    key,
    bands: shares.map((share) => {
      const total = [...share.values()].reduce((sum, value) => sum + value, 0);
      return { cells: Uint32Array.from(share.keys()), weights: Float32Array.from(share.values(), (value) => value / total) };
    }),
  };
}

function extent(values: readonly number[]): [number, number] {
  return [Math.min(...values), Math.max(...values)];
}

/** Features of each facing, by key: three bands, the frame's mean taken off (schemas/features.ts). */
export function poolFacings(map: FeatureMap, facings: readonly FacingWeights[]): Record<string, string> {
  const { data, channels, rows, columns } = map;
  const area = rows * columns;
  const means = new Float32Array(channels);
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    for (let i = c * area; i < (c + 1) * area; i++) sum += data[i]!;
    means[c] = sum / area;
  }
  const out: Record<string, string> = {};
  for (const { key, bands } of facings) {
    const values = new Float32Array(bands.length * channels);
    bands.forEach(({ cells, weights }, band) => {
      if (cells.length === 0) return;
      for (let c = 0; c < channels; c++) {
        let sum = 0;
        for (let i = 0; i < cells.length; i++) sum += weights[i]! * data[c * area + cells[i]!]!;
        values[band * channels + c] = sum - means[c]!;
      }
    });
    out[key] = encodeBands(bands.length, values);
  }
  return out;
}

/** Below this share of uncovered cells the whole frame is pooled: a crowd hides its background. */
const leastBackground = 0.1;

/** Mean over the cells that no box touches; Float32 little endian, base64. */
export function poolBackground({ data, channels, rows, columns }: FeatureMap, boxes: readonly Box[]): string {
  const area = rows * columns;
  const covered = new Uint8Array(area);
  for (const { x, y, w, h } of boxes) {
    const lastRow = Math.min(rows, Math.ceil((y + h) * rows));
    const lastColumn = Math.min(columns, Math.ceil((x + w) * columns));
    for (let row = Math.max(0, Math.floor(y * rows)); row < lastRow; row++) covered.fill(1, row * columns + Math.max(0, Math.floor(x * columns)), row * columns + Math.max(0, lastColumn));
  }
  let free = area;
  for (const cell of covered) free -= cell;
  if (free < leastBackground * area) {
    covered.fill(0);
    free = area;
  }
  const out = Buffer.alloc(channels * Float32Array.BYTES_PER_ELEMENT);
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    for (let i = 0; i < area; i++) if (covered[i] === 0) sum += data[c * area + i]!;
    out.writeFloatLE(sum / free, c * Float32Array.BYTES_PER_ELEMENT);
  }
  return out.toString('base64');
}
