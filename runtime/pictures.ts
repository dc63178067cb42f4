import type { FrameHeader } from '@sightline/schemas';

/**
 * Frames for people's eyes, only while somebody looks. Embedded, ingest taps the frame before it goes to the log;
 * distributed, the gateway tails `frames`. Whoever shows them encodes them and blurs what privacy asks for.
 */
export interface PictureFeed {
  /** Calls `take` with frames of the camera (newest only, a few a second) until the returned function is called. */
  watch(camera: string, take: (frame: Picture) => void): () => void;
}

export interface Picture {
  readonly header: FrameHeader;
  /** Pixels as `header.encoding` says; the receiver's own copy. */
  readonly bytes: Uint8Array;
}
