/**
 * The features of a facing in a `DetectorOutput`: the detector's mid-level map pooled over bands of the facing, the
 * frame's mean taken off. Directions matter, lengths do not: each band travels as int8 with its largest value at ±127.
 * Text: base64 of one byte (how many bands), then bands × channels bytes.
 */
export interface Bands {
  readonly count: number;
  readonly channels: number;
  /** count × channels; each band of unit length, or all 0 where it is unknown. */
  readonly values: Float32Array;
}

const largest = 127;

/** `values`: count × channels numbers of any scale. */
export function encodeBands(count: number, values: Float32Array): string {
  const channels = values.length / count;
  const bytes = new Int8Array(1 + values.length);
  bytes[0] = count;
  for (let band = 0; band < count; band++) {
    let most = 0;
    for (let i = band * channels; i < (band + 1) * channels; i++) most = Math.max(most, Math.abs(values[i]!));
    if (most === 0) continue;
    for (let i = band * channels; i < (band + 1) * channels; i++) bytes[1 + i] = Math.round((values[i]! / most) * largest);
  }
  return Buffer.from(bytes.buffer).toString('base64');
}

/** null when the text is none of ours. */
export function decodeBands(base64: string): Bands | null {
  const bytes = Buffer.from(base64, 'base64');
  const count = bytes.length > 0 ? bytes.readInt8(0) : 0;
  const channels = (bytes.length - 1) / count;
  if (count < 1 || channels < 1 || !Number.isInteger(channels)) return null;
  const values = new Float32Array(count * channels);
  for (let band = 0; band < count; band++) {
    let squares = 0;
    for (let i = 0; i < channels; i++) squares += bytes.readInt8(1 + band * channels + i) ** 2;
    const scale = squares === 0 ? 0 : 1 / Math.sqrt(squares);
    for (let i = 0; i < channels; i++) values[band * channels + i] = bytes.readInt8(1 + band * channels + i) * scale;
  }
  return { count, channels, values };
}

/** Mean over the bands of their cosines, −1..1; bands that either side does not know are left out. null when none is known. */
export function bandCosine(a: Bands, b: Bands): number | null {
  if (a.count !== b.count || a.channels !== b.channels) return null;
  let sum = 0;
  let known = 0;
  for (let band = 0; band < a.count; band++) {
    let dot = 0;
    let inA = false;
    let inB = false;
    for (let i = band * a.channels; i < (band + 1) * a.channels; i++) {
      dot += a.values[i]! * b.values[i]!;
      inA ||= a.values[i] !== 0;
      inB ||= b.values[i] !== 0;
    }
    if (!inA || !inB) continue;
    sum += dot;
    known += 1;
  }
  return known === 0 ? null : sum / known;
}
