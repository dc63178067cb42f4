/**
 * Reads the pooled background features of a frame and brings them to the scale on which frames are compared: the same for
 * every camera and window, so that sketches of any two of them can be subtracted.
 */

/** Float32 little endian, base64 → numbers; null when it is not that, empty, or holds a value that is not finite. */
export function decodeEmbedding(base64: string): Float32Array | null {
  const bytes = Buffer.from(base64, 'base64');
  if (bytes.length === 0 || bytes.length % Float32Array.BYTES_PER_ELEMENT !== 0) return null;
  const values = new Float32Array(bytes.length / Float32Array.BYTES_PER_ELEMENT);
  for (let i = 0; i < values.length; i++) {
    const value = bytes.readFloatLE(i * Float32Array.BYTES_PER_ELEMENT);
    if (!Number.isFinite(value)) return null;
    values[i] = value;
  }
  return values;
}

/** Mean 0 and variance 1 over the channels of one frame: free of the model's scale. null when all channels are equal. */
export function standardise(features: Float32Array): Float64Array | null {
  let mean = 0;
  for (const value of features) mean += value / features.length;
  let variance = 0;
  for (const value of features) variance += (value - mean) ** 2 / features.length;
  if (variance === 0) return null;
  const deviation = Math.sqrt(variance);
  return Float64Array.from(features, (value) => (value - mean) / deviation);
}
