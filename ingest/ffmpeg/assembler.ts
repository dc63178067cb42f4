import type { DecodedFrame } from './decoder.js';
import type { BufferPool } from '../pool.js';

/**
 * Puts frames together from ffmpeg's three pipes: the nth picture, the nth thumbnail and the nth line of times belong
 * together, since all three come from one filter graph. Pixels land in preallocated buffers.
 */
export class FrameAssembler {
  /** Frames seen, those without pixels among them. */
  frames = 0;
  #pixels: Uint8Array | null = null;
  #pixelsFilled = 0;
  #thumb: Uint8Array;
  #thumbFilled = 0;
  #line = '';
  readonly #readyPixels: Uint8Array[] = [];
  readonly #readyThumbs: Uint8Array[] = [];
  readonly #readyTimes: number[] = [];
  readonly #freeThumbs: Uint8Array[] = [];

  constructor(
    private readonly pixelBytes: number,
    private readonly thumbBytes: number,
    private readonly skip: number,
    private readonly pool: BufferPool,
    private readonly give: (frame: DecodedFrame) => void,
  ) {
    this.#thumb = new Uint8Array(thumbBytes);
  }

  /** Where the next bytes of pixels go: what is left of the frame that is being filled. */
  room(): Uint8Array {
    this.#pixels ??= this.pool.take();
    return this.#pixelsFilled === 0 ? this.#pixels : this.#pixels.subarray(this.#pixelsFilled);
  }

  /** So many bytes were put into `room()`. */
  filled(bytes: number): void {
    this.#pixelsFilled += bytes;
    if (this.#pixelsFilled < this.pixelBytes || this.#pixels === null) return;
    this.#readyPixels.push(this.#pixels);
    this.#pixels = null;
    this.#pixelsFilled = 0;
    this.#match();
  }

  /** Pixels that lie in memory of their own. */
  pixels(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const room = this.room();
      const part = Math.min(chunk.length - at, room.length);
      room.set(chunk.subarray(at, at + part));
      at += part;
      this.filled(part);
    }
  }

  /** Where the next bytes of thumbnails go, and that so many were put there. */
  thumbnailRoom(): Uint8Array {
    return this.#thumbFilled === 0 ? this.#thumb : this.#thumb.subarray(this.#thumbFilled);
  }

  thumbnailFilled(bytes: number): void {
    this.#thumbFilled += bytes;
    if (this.#thumbFilled < this.thumbBytes) return;
    this.#readyThumbs.push(this.#thumb);
    this.#thumb = this.#freeThumbs.pop() ?? new Uint8Array(this.thumbBytes);
    this.#thumbFilled = 0;
    this.#match();
  }

  /** Thumbnails that lie in memory of their own. */
  thumbnails(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      const room = this.thumbnailRoom();
      const part = Math.min(chunk.length - at, room.length);
      room.set(chunk.subarray(at, at + part));
      at += part;
      this.thumbnailFilled(part);
    }
  }

  /** Lines of ffmpeg's framecrc format: stream, dts, pts, duration, size, checksum; comments begin with #. */
  times(chunk: Uint8Array): void {
    const text = this.#line + Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength).toString('latin1');
    let begin = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', begin)) {
      if (text[begin] !== '#') {
        const pts = text.indexOf(',', text.indexOf(',', begin) + 1) + 1;
        this.#readyTimes.push(Number(text.slice(pts, text.indexOf(',', pts))));
      }
      begin = end + 1;
    }
    this.#line = text.slice(begin);
    this.#match();
  }

  /** Gives the buffers of unfinished frames back. */
  close(): void {
    for (const pixels of this.#readyPixels.splice(0)) this.pool.give(pixels);
    if (this.#pixels !== null) this.pool.give(this.#pixels);
    this.#pixels = null;
  }

  #match(): void {
    while (this.#readyThumbs.length > 0 && this.#readyTimes.length > 0) {
      const skipped = this.frames < this.skip;
      if (!skipped && this.#readyPixels.length === 0) return;
      const thumb = this.#readyThumbs.shift()!;
      this.frames++;
      this.give({ pixels: skipped ? null : this.#readyPixels.shift()!, thumb, pts: this.#readyTimes.shift()! });
      this.#freeThumbs.push(thumb);
    }
  }
}
