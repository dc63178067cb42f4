import type { FrameQuality } from '@sightline/schemas';
import { Hold } from './hold.js';
import { MovedWatch } from './moved.js';

/**
 * What a camera's picture can be trusted with, from its thumbnails and their event time alone.
 *
 *     const { state, brightness } = quality.see(thumbnail, seconds);
 */
export class QualityWatch {
  readonly #before: Uint8Array;
  readonly #dark = new Hold(dark.enterSeconds, dark.leaveSeconds);
  readonly #blurred = new Hold(blurred.enterSeconds, blurred.leaveSeconds);
  readonly #moved: MovedWatch;
  #sameSince: number | null = null;
  #sameFrames = 0;
  #lastAt: number | null = null;
  #firstAt = 0;
  /** Sharpness over contrast, of the last seconds and as usual. */
  #recentEdge = 0;
  #usualEdge = 0;

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {
    this.#before = new Uint8Array(width * height);
    this.#moved = new MovedWatch(width, height);
  }

  see(thumb: Uint8Array, seconds: number): FrameQuality {
    const { brightness, contrast } = measureLight(thumb);
    const sharpness = measureSharpness(thumb, this.width, this.height);
    const isDark = this.#dark.see(
      seconds,
      brightness < dark.brightness && contrast < dark.contrast,
      brightness > dark.brightness * dark.clearly || contrast > dark.contrast * dark.clearly,
    );
    const isFrozen = this.#frozen(thumb, seconds);
    const isBlurred = this.#blur(sharpness / Math.max(contrast, 1), seconds, !isDark && !isFrozen);
    const isMoved = this.#moved.see(thumb, seconds, !isDark && !isFrozen && !isBlurred);
    this.#lastAt = seconds;
    const state = isFrozen ? 'frozen' : isDark ? 'dark' : isBlurred ? 'blurred' : isMoved ? 'moved' : 'ok';
    return { brightness: rounded(brightness), contrast: rounded(contrast), sharpness: rounded(sharpness), state };
  }

  /** Every real camera's picture has noise, and its codec repeats a picture at most up to the next key frame. */
  #frozen(thumb: Uint8Array, seconds: number): boolean {
    if (this.#sameSince === null || Buffer.compare(thumb, this.#before) !== 0) {
      this.#before.set(thumb);
      this.#sameSince = seconds;
      this.#sameFrames = 0;
      return false;
    }
    this.#sameFrames++;
    return seconds - this.#sameSince >= frozen.seconds && this.#sameFrames >= frozen.frames;
  }

  #blur(edge: number, seconds: number, trustworthy: boolean): boolean {
    if (this.#lastAt === null) {
      this.#firstAt = seconds;
      this.#recentEdge = this.#usualEdge = edge;
      return false;
    }
    const elapsed = Math.max(0, seconds - this.#lastAt);
    if (!trustworthy) return this.#blurred.on;
    this.#recentEdge += ((edge - this.#recentEdge) * elapsed) / (elapsed + blurred.recentSeconds);
    const age = seconds - this.#firstAt;
    const learning = age < blurred.learnSeconds;
    if (!this.#blurred.on) {
      const share = learning ? elapsed / Math.max(elapsed, age) : elapsed / (elapsed + blurred.followSeconds);
      this.#usualEdge += ((learning ? edge : this.#recentEdge) - this.#usualEdge) * share;
    }
    if (learning) return false;
    return this.#blurred.see(seconds, this.#recentEdge < blurred.enter * this.#usualEdge, this.#recentEdge > blurred.leave * this.#usualEdge);
  }
}

/** Mean and standard deviation of grey, 0..255. */
export function measureLight(thumb: Uint8Array): { brightness: number; contrast: number } {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < thumb.length; i++) {
    const value = thumb[i]!;
    sum += value;
    squares += value * value;
  }
  const brightness = sum / thumb.length;
  return { brightness, contrast: Math.sqrt(Math.max(0, squares / thumb.length - brightness * brightness)) };
}

/** Mean absolute Laplacian of grey over the inner pixels. */
export function measureSharpness(thumb: Uint8Array, width: number, height: number): number {
  let sum = 0;
  for (let y = 1; y < height - 1; y++) {
    for (let p = y * width + 1, end = p + width - 2; p < end; p++) {
      sum += Math.abs(4 * thumb[p]! - thumb[p - 1]! - thumb[p + 1]! - thumb[p - width]! - thumb[p + width]!);
    }
  }
  return sum / Math.max(1, (width - 2) * (height - 2));
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Dark: nothing brighter than a lens cap or an unlit room shows; lamps in the night have contrast. */
const dark = { brightness: 18, contrast: 10, clearly: 1.35, enterSeconds: 3, leaveSeconds: 3 };
/** Frozen: longer than the longest distance of key frames that cameras use (10 s), and more than a few pictures. */
const frozen = { seconds: 15, frames: 8 };
/**
 * Blurred: edges, relative to contrast (so that dusk does not count), fall below this share of their usual strength. On
 * footage the scene itself changes them by a tenth; a Gaussian of 1/190 of the width takes a quarter.
 */
const blurred = { enter: 0.8, leave: 0.88, enterSeconds: 5, leaveSeconds: 5, recentSeconds: 2, learnSeconds: 10, followSeconds: 900 };
