import type { Writable } from 'node:stream';

/** A source as ffmpeg is to open it. */
export interface SourceInput {
  readonly url: string;
  /** Options that stand before -i. */
  readonly options: readonly string[];
  /** Writes what ffmpeg reads from its standard input; rejects when it cannot be had. Ends early when the signal aborts. */
  readonly feed?: (stdin: Writable, signal: AbortSignal) => Promise<void>;
}
