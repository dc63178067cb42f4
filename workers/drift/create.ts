import type { DriftRow, FrameInput } from '@sightline/schemas';
import type { DriftSketcher } from './drift.js';
import { decodeEmbedding, standardise } from './embedding.js';
import { createFourierFeatures, featureSeed, type FourierFeatures } from './fourier.js';

/**
 * Folds the embeddings of one camera's frames into sums, one row a minute of event time (architecture, Drift). The sums
 * are integers, so rows of any minutes and cameras add up exactly and in any order.
 *
 *     const sketcher = createDriftSketcher();
 *     for (const input of frames) rows.push(...sketcher.step(input));
 *
 * A frame that is dark, blurred, frozen or moved is counted in `bad` and never enters the sums. A minute closes with the
 * first frame of another minute, or of another model.
 */
export interface DriftOptions {
  /** Width of the RBF kernel in units of √channels, the length of a standardised embedding. */
  readonly width?: number;
}

/**
 * Frames of one undisturbed scene lie .085 √channels apart with the default model, .024–.048 with YOLOX-Nano (medians). Nine
 * times the default's keeps the distance growing with the size of a shift; as wide as the median itself, everything saturates.
 */
export const driftWidth = 0.75;
const minute = 60_000_000;
/** Sketch values lie in −1..1 and are stored as integers of 16 bits each. */
const quantum = 32_767;

interface OpenMinute {
  readonly minute: number;
  readonly version: string;
  n: number;
  sums: number[];
  frames: number;
  bad: number;
  brightness: number;
  contrast: number;
  sharpness: number;
}

export interface DriftSnapshot {
  readonly v: 1;
  readonly open: OpenMinute | null;
}

export function createDriftSketcher(options: DriftOptions = {}, restored?: unknown): DriftSketcher {
  const width = options.width ?? driftWidth;
  const kernels = new Map<number, FourierFeatures>();
  const snapshot = restored as DriftSnapshot | undefined;
  let open: OpenMinute | null = snapshot?.open ? structuredClone(snapshot.open) : null;

  return {
    step(input) {
      const version = sketchVersion(input.model, width);
      const at = Math.floor(input.capturedAt / minute) * minute;
      const closed: DriftRow[] = [];
      if (open && (open.minute !== at || open.version !== version)) {
        closed.push(rowOf(open));
        open = null;
      }
      open ??= { minute: at, version, n: 0, sums: [], frames: 0, bad: 0, brightness: 0, contrast: 0, sharpness: 0 };
      addQuality(open, input);
      if (input.quality.state === 'ok' && input.embedding !== undefined) addEmbedding(open, input.embedding, width, kernels);
      return closed;
    },
    snapshot(): DriftSnapshot {
      return { v: 1, open: structuredClone(open) };
    },
  };
}

/** Rows compare only when model, scaling, width and random features are the same. */
function sketchVersion(model: string, width: number): string {
  return `${model}/rff1-${featureSeed}-${width}`;
}

function addQuality(open: OpenMinute, { quality }: FrameInput): void {
  open.frames += 1;
  if (quality.state !== 'ok') open.bad += 1;
  open.brightness += quality.brightness;
  open.contrast += quality.contrast;
  open.sharpness += quality.sharpness;
}

function addEmbedding(open: OpenMinute, embedding: string, width: number, kernels: Map<number, FourierFeatures>): void {
  const features = decodeEmbedding(embedding);
  const x = features && standardise(features);
  if (!x) return;
  let kernel = kernels.get(x.length);
  if (!kernel) {
    kernel = createFourierFeatures({ channels: x.length, width: width * Math.sqrt(x.length) });
    kernels.set(x.length, kernel);
  }
  const z = kernel.of(x);
  if (open.n === 0) open.sums = Array.from({ length: z.length }, () => 0);
  for (let i = 0; i < z.length; i++) open.sums[i]! += Math.round(quantum * z[i]!);
  open.n += 1;
}

function rowOf(open: OpenMinute): DriftRow {
  return {
    minute: open.minute,
    n: open.n,
    sums: open.sums,
    version: open.version,
    brightness: open.brightness / open.frames,
    contrast: open.contrast / open.frames,
    sharpness: open.sharpness / open.frames,
    bad: open.bad / open.frames,
  };
}
