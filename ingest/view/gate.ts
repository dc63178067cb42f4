/**
 * Architecture rule 8: which frames need the detector. A frame is quiet when its thumbnail does not differ from the one
 * the detector saw last, beyond this camera's own noise, anywhere: the comparison is by blocks of a few pixels, so that a
 * small person far away counts as much as a large one near by.
 *
 *     const gate = new Gate(96, 54);
 *     if (gate.quiet(thumbnail, seconds)) …   // carry on what was known
 */
export class Gate {
  readonly #width: number;
  readonly #height: number;
  /** What the detector saw last. */
  readonly #seen: Uint8Array;
  readonly #before: Uint8Array;
  /** Each pixel's usual change from frame to frame (median of the absolute difference), grey levels. */
  readonly #noise: Float32Array;
  /** What exceeds the noise: the last rows, as many as a block has, and each column's sum over them. */
  readonly #rows: Float64Array;
  readonly #columns: Float64Array;
  readonly #histogram = new Uint16Array(511);
  #seenAt: number | null = null;
  #beforeAt: number | null = null;
  #turn = 0;

  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
    this.#seen = new Uint8Array(width * height);
    this.#before = new Uint8Array(width * height);
    this.#noise = new Float32Array(width * height).fill(firstNoise);
    this.#rows = new Float64Array(width * block);
    this.#columns = new Float64Array(width);
  }

  /** Whether the detector may skip this frame. When it may not, the frame becomes the one the detector saw last. */
  quiet(thumb: Uint8Array, seconds: number): boolean {
    this.#learnNoise(thumb, seconds);
    this.#before.set(thumb);
    this.#beforeAt = seconds;
    const age = this.#seenAt === null ? Infinity : seconds - this.#seenAt;
    if (age >= 0 && age < heartbeatSeconds && !this.#differs(thumb)) return true;
    this.#seen.set(thumb);
    this.#seenAt = seconds;
    return false;
  }

  /** The detector never got the frame that was last called worth a look: the next one is. */
  forget(): void {
    this.#seenAt = null;
  }

  /** Follows the median of each pixel's change by small steps, so that what passes through it leaves no trace. One row in four at a time. */
  #learnNoise(thumb: Uint8Array, seconds: number): void {
    if (this.#beforeAt === null) return;
    const step = Math.min(1, Math.max(0, seconds - this.#beforeAt)) * noiseLevelsPerSecond * rowsInTurn;
    this.#turn = (this.#turn + 1) % rowsInTurn;
    const noise = this.#noise;
    const before = this.#before;
    for (let y = this.#turn; y < this.#height; y += rowsInTurn) {
      for (let i = y * this.#width, end = i + this.#width; i < end; i++) {
        const change = Math.abs(thumb[i]! - before[i]!);
        const now = noise[i]!;
        noise[i] = change > now ? Math.min(mostNoise, now + step) : Math.max(0, now - step);
      }
    }
  }

  #differs(thumb: Uint8Array): boolean {
    const width = this.#width;
    const light = this.#changeOfLight(thumb);
    const noise = this.#noise;
    const seen = this.#seen;
    const rows = this.#rows.fill(0);
    const columns = this.#columns.fill(0);
    for (let y = 0, i = 0, slot = 0; y < this.#height; y++, slot = slot === block - 1 ? 0 : slot + 1) {
      for (let x = 0, at = slot * width; x < width; x++, i++, at++) {
        const excess = Math.max(0, Math.abs(thumb[i]! - seen[i]! - light) - leastLevels - noiseMultiple * noise[i]!);
        columns[x]! += excess - rows[at]!;
        rows[at] = excess;
        if (x >= block - 1 && columns[x]! + columns[x - 1]! + columns[x - 2]! > blockLevels) return true;
      }
    }
    return false;
  }

  /** The median change of all pixels: exposure and clouds, which move nothing. Beyond a little it is taken for more. */
  #changeOfLight(thumb: Uint8Array): number {
    const histogram = this.#histogram.fill(0);
    for (let i = 0; i < thumb.length; i += lightEvery) histogram[thumb[i]! - this.#seen[i]! + 255]!++;
    let below = 0;
    for (let level = 0; level < histogram.length; level++) {
      below += histogram[level]!;
      if (below * 2 * lightEvery >= thumb.length) return Math.max(-mostLight, Math.min(mostLight, level - 255));
    }
    return 0;
  }
}

/** A still scene is looked at this often all the same: someone whom the detector missed is not missed for longer. */
export const heartbeatSeconds = 2;
/** Before anything is known: two grey levels, what compressed video of a still scene shows. */
const firstNoise = 2;
/** A pixel's noise reaches any plausible value within seconds, and a passer-by of one second raises it by half a level. */
const noiseLevelsPerSecond = 0.5;
/** Sensor and codec leave less than this on a pixel averaged over 8×8; a pixel that changes more holds moving things. */
const mostNoise = 3;
/** The median of a normal change is 0.67 σ; four times it is 2.7 σ, which a block of nine seldom exceeds in sum. */
const noiseMultiple = 4;
/** Noise is learned from a quarter of the rows of each frame: a saving, nothing more. */
const rowsInTurn = 4;
/** Differences of rounding and of the codec's smallest steps. */
const leastLevels = 3;
/** Side of a block (three columns are summed), thumbnail pixels: 3 % of the width, the head and shoulders of a person a tenth of the frame tall. */
const block = 3;
/** Grey levels summed over a block beyond noise: a third of its pixels that change by a twentieth of the range more than noise does. */
const blockLevels = 36;
/** The median of every fifth pixel (no divisor of the width, so all columns take part) is that of all. */
const lightEvery = 5;
/** Exposure shifts by less between two frames of a heartbeat. */
const mostLight = 8;
