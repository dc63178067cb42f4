import { bandCosine, decodeBands, type Bands } from '@sightline/schemas';

/** What a facing looks like in one state: features that may follow the light, kept exactly through a snapshot. */
export interface ReferenceState {
  readonly bands: number;
  /** Float32, little endian, base64. */
  readonly values: string;
}

/** 1 − mean cosine of the bands: 0 the same, 1 nothing in common; 2 where they cannot be compared. */
export function difference(a: Bands, b: Bands): number {
  const cosine = bandCosine(a, b);
  return cosine === null ? 2 : 1 - cosine;
}

export function featuresOf(text: string | undefined): Bands | null {
  return text === undefined ? null : decodeBands(text);
}

/** `part` of the way from one look to another, each band of unit length again. */
export function towards(from: Bands, to: Bands, part: number): Bands {
  const { count, channels } = from;
  const values = new Float32Array(count * channels);
  for (let band = 0; band < count; band++) {
    let squares = 0;
    for (let i = band * channels; i < (band + 1) * channels; i++) {
      values[i] = from.values[i]! + part * (to.values[i]! - from.values[i]!);
      squares += values[i]! ** 2;
    }
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    for (let i = band * channels; i < (band + 1) * channels; i++) values[i] = values[i]! * scale;
  }
  return { count, channels, values };
}

export function packReference(bands: Bands | null): ReferenceState | null {
  if (!bands) return null;
  const { buffer, byteOffset, byteLength } = bands.values;
  return { bands: bands.count, values: Buffer.from(buffer, byteOffset, byteLength).toString('base64') };
}

export function unpackReference(state: ReferenceState | null): Bands | null {
  if (!state) return null;
  const bytes = Uint8Array.from(Buffer.from(state.values, 'base64'));
  const values = new Float32Array(bytes.buffer);
  return { count: state.bands, channels: values.length / state.bands, values };
}
