/**
 * Pixel buffers of one size, used again and again. Each stands alone in its ArrayBuffer, so that it can be transferred
 * to an inference thread and back. A buffer that is never given back is simply replaced.
 */
export class BufferPool {
  readonly #free: Uint8Array[] = [];

  /** Keeps at most `spare` unused buffers. */
  constructor(
    readonly bytes: number,
    private readonly spare: number,
  ) {}

  take(): Uint8Array {
    return this.#free.pop() ?? new Uint8Array(this.bytes);
  }

  /** Takes a buffer back; one of another size or one that was transferred away is left to the garbage collector. */
  give(buffer: Uint8Array): void {
    if (buffer.byteLength !== this.bytes || buffer.buffer.byteLength !== this.bytes) return;
    if (this.#free.length < this.spare) this.#free.push(buffer);
  }
}
