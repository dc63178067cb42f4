import { decodeAppearance } from '@sightline/schemas';

/**
 * The look of an object: the colour histogram that travels with a detection as base64, here as a vector. Two looks
 * are compared by the cosine of their angle; over square-rooted histograms that is the Bhattacharyya coefficient.
 */
export function decodeLook(base64: string): Float32Array | null {
  const look = decodeAppearance(base64);
  return look?.some((value) => value > 0) ? look : null;
}

/** 1 − cosine: 0 for the same colours, 1 for colours that share no bin. Looks of different length never match. */
export function lookDistance(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) return 1;
  let dot = 0;
  let aa = 0;
  let bb = 0;
  for (let i = 0; i < a.length; i++) {
    const p = a[i]!;
    const q = b[i]!;
    dot += p * q;
    aa += p * p;
    bb += q * q;
  }
  return 1 - dot / Math.sqrt(aa * bb);
}

/** Moves the mean look towards a new one; `share` of the new one, 0..1. */
export function blendLook(mean: Float32Array, look: Float32Array, share: number): void {
  if (mean.length !== look.length) return;
  for (let i = 0; i < mean.length; i++) mean[i] = mean[i]! + share * (look[i]! - mean[i]!);
}

/** Exact text of a look for a snapshot. */
export function packLook(look: Float32Array): string {
  return Buffer.from(look.buffer, look.byteOffset, look.byteLength).toString('base64');
}

export function unpackLook(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
