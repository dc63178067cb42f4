/**
 * Random Fourier features of a Gaussian (RBF) kernel, structured so that a frame costs microseconds: instead of a dense
 * random matrix, x runs through three rounds of random signs and a Walsh–Hadamard transform, which is a random rotation.
 * The frequencies are orthogonal, so distances survive better than with independent ones.
 * Yu et al., Orthogonal Random Features, NeurIPS 2016; Rahimi & Recht, NeurIPS 2007.
 *
 *     const features = createFourierFeatures({ channels: 64, width: 20 });
 *     const z = features.of(x); // ‖z‖ = 1, z(x)·z(y) ≈ exp(−‖x−y‖² / 2·width²)
 */
export interface FourierFeatures {
  /** Length of z: twice the number of frequencies. */
  readonly length: number;
  /** z(x) = m^-½ [cos ω·x, sin ω·x]; the same array each time, overwritten by the next call. */
  of(x: ArrayLike<number>): Float64Array;
}

/** D of architecture.md: 128 frequencies give kernel values to ±0.09 at worst and far better for neighbours. */
export const featureLength = 256;
const frequencies = featureLength / 2;
const rounds = 3;
/** Any constant would do; a row of another seed does not compare, so it is part of the version. */
export const featureSeed = 20_090_113;

export function createFourierFeatures(options: { readonly channels: number; readonly width: number }): FourierFeatures {
  const { channels, width } = options;
  const padded = 2 ** Math.ceil(Math.log2(Math.max(2, channels)));
  const blocks = Math.ceil(frequencies / padded);
  const signs = randomSigns(blocks * rounds * padded);
  const buffer = new Float64Array(padded);
  const z = new Float64Array(featureLength);
  const norm = 1 / Math.sqrt(frequencies);
  // Each unnormalised transform lengthens by √padded; the rotation itself is to have rows of length √padded, as Gaussian rows have.
  const scale = Math.sqrt(padded) / (padded ** (rounds / 2) * width);

  return {
    length: featureLength,
    of(x) {
      for (let block = 0; block < blocks; block++) {
        for (let i = 0; i < padded; i++) buffer[i] = i < channels ? (x[i] ?? 0) : 0;
        for (let round = 0; round < rounds; round++) {
          const from = (block * rounds + round) * padded;
          for (let i = 0; i < padded; i++) buffer[i]! *= signs[from + i]!;
          walshHadamard(buffer);
        }
        const first = block * padded;
        for (let i = 0; i < padded && first + i < frequencies; i++) {
          const angle = buffer[i]! * scale;
          z[first + i] = Math.cos(angle) * norm;
          z[frequencies + first + i] = Math.sin(angle) * norm;
        }
      }
      return z;
    },
  };
}

/** In place, unnormalised; the length is a power of two. */
export function walshHadamard(values: Float64Array): void {
  for (let half = 1; half < values.length; half *= 2) {
    for (let start = 0; start < values.length; start += 2 * half) {
      for (let i = start; i < start + half; i++) {
        const a = values[i]!;
        const b = values[i + half]!;
        values[i] = a + b;
        values[i + half] = a - b;
      }
    }
  }
}

/** ±1 from a fixed seed (mulberry32), the same on every machine. */
function randomSigns(count: number): Int8Array {
  const signs = new Int8Array(count);
  let state = featureSeed;
  for (let i = 0; i < count; i++) {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    signs[i] = (t ^ (t >>> 14)) & 1 ? 1 : -1;
  }
  return signs;
}
