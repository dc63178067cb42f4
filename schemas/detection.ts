import type { Box, Polygon } from './geometry.js';

/** One box of one frame. */
export interface Detection extends Box {
  /** Class name, such as `person` or `car`. */
  readonly cls: string;
  /** The model's confidence, 0..1, rescaled by its manifest so that models are comparable (reporting threshold ≈ .4–.5). */
  readonly score: number;
  /**
   * Appearance inside the box: a colour histogram quantised to one byte a bin, base64. Absent when not asked for.
   * It travels in the results record, so that a takeover can fold over it.
   */
  readonly appearance?: string;
}

/** What the pixels of one frame gave. */
export interface DetectorOutput {
  readonly detections: readonly Detection[];
  /** Features of each facing asked for, by facing key: three bands × channels, int8, base64. */
  readonly facings?: Readonly<Record<string, string>>;
  /** Pooled background features of the frame for drift: Float32 little endian, base64. */
  readonly embedding?: string;
  /** Seconds spent inside the model. */
  readonly inferenceSeconds: number;
}

export interface DetectRequest {
  readonly camera: string;
  /** rgb24, width × height × 3 bytes. Handed over: the buffer is detached and comes back through `recycled`. */
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Least score to report; default from the model's manifest (the tracker's floor, not the report's). */
  readonly floor?: number;
  /** Compute colour histograms inside the boxes. */
  readonly appearance?: boolean;
  /** Facings to pool features for: key → polygon in fractions of the frame. Pass the same object for every frame of a camera. */
  readonly facings?: Readonly<Record<string, Polygon>>;
  /** Pool the background's features for drift (about once a second is enough). */
  readonly embedding?: boolean;
}

export interface DetectorResult extends DetectorOutput {
  /** The request's pixel buffer, given back for reuse. */
  readonly pixels: Uint8Array;
}

export interface ModelInfo {
  readonly name: string;
  /** name@first 12 hex digits of the installed file's sha256: equal versions give equal numbers. */
  readonly version: string;
  readonly classes: readonly string[];
  /** Sides of the input are multiples of this many pixels. */
  readonly stride: number;
  /** Scores below are noise; the tracker's low-score stage begins here. */
  readonly floor: number;
  /** Scores at or above are reported as detections and may begin tracks. */
  readonly report: number;
}

/** A model that is loaded and answers. Implementations run inference off the event loop and are fair among cameras. */
export interface Detector {
  readonly model: ModelInfo;
  /** The analysis size for a source of this size: the model's budget of pixels at the source's aspect, multiples of stride. */
  readonly inputSize: (sourceWidth: number, sourceHeight: number) => { width: number; height: number };
  /** Rejects with a SightlineError when the model cannot take the frame; other frames go on. */
  detect(request: DetectRequest): Promise<DetectorResult>;
  close(): Promise<void>;
}
