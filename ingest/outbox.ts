import type { DropReason, FrameHeader } from '@sightline/schemas';

type Losses = Partial<Record<DropReason, number>>;

interface Waiting {
  readonly header: Omit<FrameHeader, 'dropped'>;
  readonly pixels: Uint8Array;
  readonly losses: Losses;
}

export interface OutboxOptions {
  readonly publish: (header: FrameHeader, pixels: Uint8Array) => Promise<void>;
  /** Live: the oldest waiting frame is lost when there is no room. Otherwise the source waits. */
  readonly live: boolean;
  /** How many frames with pixels may wait. */
  readonly room: number;
  /** A frame was lost: its buffer, to be used again. */
  readonly lost: (pixels: Uint8Array) => void;
  /** A recording is to wait, or to go on. */
  readonly wait: (full: boolean) => void;
  /** Publishing failed; nothing more is taken. */
  readonly failed: (error: unknown) => void;
}

/** Quiet frames are a few bytes, but nothing is unbounded. */
const mostQuiet = 256;
const nothing = new Uint8Array(0);

/**
 * What waits between the decoder and the log: bounded, in order. Where frames are lost, the next frame that arrives
 * says how many and why.
 */
export class Outbox {
  readonly #waiting: Waiting[] = [];
  #withPixels = 0;
  #publishing: Promise<void> | null = null;
  #closed = false;
  #owed: Losses = {};

  constructor(private readonly options: OutboxOptions) {}

  /** Frames that never became one, told by the next header. */
  owe(reason: DropReason, count: number): void {
    add(this.#owed, { [reason]: count });
  }

  /** Hands over a frame; null for a quiet one. */
  push(header: Omit<FrameHeader, 'dropped'>, pixels: Uint8Array | null): void {
    if (this.#closed) {
      if (pixels !== null) this.options.lost(pixels);
      return;
    }
    this.#waiting.push({ header, pixels: pixels ?? nothing, losses: this.#owed });
    this.#owed = {};
    if (pixels !== null) this.#withPixels++;
    if (this.options.live) {
      if (this.#withPixels > this.options.room) this.#lose(this.#waiting.findIndex((waiting) => waiting.pixels !== nothing));
      if (this.#waiting.length > this.options.room + mostQuiet) this.#lose(0);
    } else if (this.#full()) this.options.wait(true);
    this.#publishing ??= this.#publishAll();
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    await this.#publishing;
  }

  /** Drops what waits; a frame that is being published is still waited for by `drained`. */
  close(): void {
    this.#closed = true;
    for (const { pixels } of this.#waiting.splice(0)) if (pixels !== nothing) this.options.lost(pixels);
    this.#withPixels = 0;
  }

  #full(): boolean {
    return this.#withPixels >= this.options.room || this.#waiting.length >= mostQuiet;
  }

  #lose(at: number): void {
    const [victim] = this.#waiting.splice(at, 1);
    if (victim === undefined) return;
    const heir = this.#waiting[at]?.losses ?? this.#owed;
    add(heir, victim.losses);
    add(heir, { overload: 1 });
    if (victim.pixels !== nothing) {
      this.#withPixels--;
      this.options.lost(victim.pixels);
    }
  }

  async #publishAll(): Promise<void> {
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        if (next.pixels !== nothing) this.#withPixels--;
        if (!this.options.live && !this.#full()) this.options.wait(false);
        await this.options.publish({ ...next.header, dropped: next.losses }, next.pixels);
      }
    } catch (error) {
      this.close();
      this.options.failed(error);
    } finally {
      this.#publishing = null;
    }
  }
}

function add(to: Losses, more: Losses): void {
  for (const [reason, count] of Object.entries(more)) to[reason as DropReason] = (to[reason as DropReason] ?? 0) + count;
}
