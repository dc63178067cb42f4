import type { DetectorOutput, Polygon } from '@sightline/schemas';
import type { ErrorCode } from '@sightline/runtime/errors';
import type { Manifest } from '../manifest.js';

/** What crosses between the detector and its threads; pixel buffers are transferred both ways. */
export interface ThreadStart {
  readonly manifest: Manifest;
  readonly modelPath: string;
}

export interface ThreadRequest {
  readonly id: number;
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly floor: number;
  readonly appearance: boolean;
  readonly embedding: boolean;
  /** For frames whose facings are wanted; `polygons` comes along whenever they differ from what this thread knows of the camera. */
  readonly facings?: { readonly camera: string; readonly polygons?: Readonly<Record<string, Polygon>> };
}

/** What became of one frame. */
export type FrameAnswer =
  | { readonly kind: 'done'; readonly id: number; readonly pixels: Uint8Array; readonly output: DetectorOutput }
  | { readonly kind: 'failed'; readonly id: number; readonly pixels: Uint8Array; readonly code: ErrorCode; readonly message: string };

export type ThreadAnswer =
  | { readonly kind: 'ready'; readonly sessionSeconds: number }
  | { readonly kind: 'unusable'; readonly code: ErrorCode; readonly message: string }
  | { readonly kind: 'answers'; readonly answers: readonly FrameAnswer[] };
