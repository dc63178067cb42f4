import type { FrameHeader, LivePictureHeader, ResultsRecord } from '@sightline/schemas';
import type { Picture } from '@sightline/runtime/pictures';

/** A frame and what was seen in it. */
export interface Seen {
  readonly frame: Picture;
  readonly record: ResultsRecord;
}

export function headerOf({ frame, record }: Seen): LivePictureHeader {
  const { camera, capturedAt, width, height }: FrameHeader = frame.header;
  return { camera, capturedAt, width, height, tracks: record.tracks.map(({ id, cls, score, x, y, w, h }) => ({ id, cls, score: round(score), x: round(x), y: round(y), w: round(w), h: round(h) })) };
}

/** A ten-thousandth of the frame is a fifth of a pixel in 4K. */
function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}

/** The picture as the live protocol sends it: length of the header, the header, a JPEG. */
export function pictureMessage(header: LivePictureHeader, jpeg: Buffer): Buffer {
  const head = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(head.length);
  return Buffer.concat([length, head, jpeg]);
}
