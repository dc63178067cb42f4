/**
 * A frame on its way from ingest to a worker. In the log the header fields travel as record headers, the pixels as the
 * record's value.
 */

/** Why frames were not analysed. */
export type DropReason = 'overload' | 'corrupt' | 'paused';

export interface FrameQuality {
  /** Mean grey level of the thumbnail, 0..255. */
  readonly brightness: number;
  /** Standard deviation of grey, 0..255. */
  readonly contrast: number;
  /** Mean absolute Laplacian of grey; falls when the picture is blurred. */
  readonly sharpness: number;
  /** What the camera can be trusted with; anything but ok makes zone measures unknown. */
  readonly state: 'ok' | 'dark' | 'blurred' | 'frozen' | 'moved';
}

export interface FrameHeader {
  readonly camera: string;
  /**
   * Which run of the source this frame belongs to. Grows with every (re)start of a live source (ms since the Unix epoch
   * at that start); a recording keeps one epoch, so that a resumed run continues it. An older epoch's frames are dropped.
   */
  readonly epoch: number;
  /** Number of the frame within its epoch, from 0, strictly growing; a recording counts every analysed frame. */
  readonly seq: number;
  /** Event time: µs since the Unix epoch, from the source's own timestamps; strictly growing per camera and epoch. */
  readonly capturedAt: number;
  /** Size of the pixels in the record's value; the analysis size, at the camera's aspect. */
  readonly width: number;
  readonly height: number;
  /** rgb24: width × height × 3 bytes, row by row. jpeg: a JPEG of that size. none: a quiet frame, no pixels. */
  readonly encoding: 'rgb24' | 'jpeg' | 'none';
  /** Whether the source is a recording (waits, loses nothing) or live (may lose frames). */
  readonly recording: boolean;
  /** Frames of the source lost since the previous frame of this camera, by reason. */
  readonly dropped: Readonly<Partial<Record<DropReason, number>>>;
  readonly quality: FrameQuality;
  /** Global motion of the picture since the previous frame, in fractions of the frame (camera shake, slow pan). */
  readonly motion: readonly [dx: number, dy: number];
}

/** Where a frame stands in the stream of its camera. Total order: epoch first, then seq. */
export interface FramePosition {
  readonly epoch: number;
  readonly seq: number;
}

/** Negative, zero or positive as a lies before, at or behind b. */
export function comparePositions(a: FramePosition, b: FramePosition): number {
  return a.epoch - b.epoch || a.seq - b.seq;
}
