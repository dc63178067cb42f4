import { SightlineError } from '@sightline/runtime/errors';
import { appearanceOf, type Detection, type DetectorOutput, type Polygon } from '@sightline/schemas';
import ort from 'onnxruntime-node';
import { candidatesOutput } from '../adapt/candidates.js';
import { featuresOutput } from '../adapt/features.js';
import { pixelShape, pixelsInput } from '../adapt/input.js';
import type { Manifest } from '../manifest.js';
import { boxesOf, type BoxRules, type ScoredBox } from './boxes.js';
import { facingWeights, poolBackground, poolFacings, type FacingWeights, type FeatureMap } from './pooling.js';

/**
 * One adapted model in one thread: pixels in, detections out. Blocks the thread that calls it (architecture rule 6).
 *
 *     const session = await ModelSession.open('model.onnx', manifest);
 *     const { detections } = await session.detect({ pixels, width: 416, height: 320, floor: 0.2 });
 */
export interface SessionRequest {
  readonly pixels: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly floor: number;
  readonly appearance?: boolean;
  readonly embedding?: boolean;
  /** Pass the same object for every frame of a camera: what it needs per map size is worked out once. */
  readonly facings?: Readonly<Record<string, Polygon>>;
}

/** One core per session; waiting threads must not spin, since ffmpeg and the rest want the core. */
export const sessionOptions: ort.InferenceSession.SessionOptions = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  graphOptimizationLevel: 'all',
  executionMode: 'sequential',
  logSeverityLevel: 3,
  extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' }, set_denormal_as_zero: '1' } },
};

export class ModelSession {
  readonly #session: ort.InferenceSession;
  readonly #manifest: Manifest;
  readonly #rules: BoxRules;
  readonly #interleaved: boolean;
  readonly #facings = new WeakMap<object, { readonly rows: number; readonly columns: number; readonly weights: readonly FacingWeights[] }>();

  private constructor(session: ort.InferenceSession, manifest: Manifest) {
    this.#session = session;
    this.#manifest = manifest;
    const input = session.inputMetadata[0]!;
    this.#interleaved = input.isTensor && input.shape[1] === 1;
    this.#rules = { boxes: manifest.boxes, scoreScale: manifest.scoreScale, nms: manifest.nms, classCount: manifest.classes.length };
  }

  static async open(modelPath: string, manifest: Manifest): Promise<ModelSession> {
    try {
      return new ModelSession(await ort.InferenceSession.create(modelPath, sessionOptions), manifest);
    } catch (cause) {
      throw new SightlineError('MODEL_INVALID', `${modelPath} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }

  async detect(request: SessionRequest): Promise<DetectorOutput> {
    const { pixels, width, height, floor } = request;
    const wantsFeatures = request.facings !== undefined || request.embedding === true;
    if (wantsFeatures && !this.#manifest.features) throw new SightlineError('MODEL_FAILED', `the model "${this.#manifest.name}" has no features for shelves and drift`, { remedy: 'use a model that has them, such as the default' });
    const before = process.hrtime.bigint();
    const outputs = await this.#run(pixels, width, height, wantsFeatures ? [candidatesOutput, featuresOutput] : [candidatesOutput]);
    const inferenceSeconds = Number(process.hrtime.bigint() - before) / 1e9;
    const boxes = boxesOf(outputs[candidatesOutput]!.data as Float32Array, this.#rules, width, height, floor);
    const detections = boxes.map(({ x, y, w, h, score, classIndex }): Detection => {
      const appearance = request.appearance ? appearanceOf(pixels, width, height, { x, y, w, h }) : null;
      return { x: rounded(x), y: rounded(y), w: rounded(w), h: rounded(h), score: rounded(score), cls: this.#manifest.classes[classIndex]!, ...(appearance !== null && { appearance }) };
    });
    const features = outputs[featuresOutput];
    if (!features) return { detections, inferenceSeconds };
    const [, channels, rows, columns] = features.dims as [number, number, number, number];
    const map: FeatureMap = { data: features.data as Float32Array, channels, rows, columns };
    return {
      detections,
      inferenceSeconds,
      ...(request.facings && { facings: poolFacings(map, this.#weightsOf(request.facings, rows, columns)) }),
      ...(request.embedding && { embedding: poolBackground(map, reportable(boxes, this.#manifest.report)) }),
    };
  }

  async #run(pixels: Uint8Array, width: number, height: number, fetches: readonly string[]): Promise<Record<string, ort.Tensor>> {
    const feeds = { [pixelsInput]: new ort.Tensor('uint8', pixels, pixelShape(this.#interleaved, width, height)) };
    try {
      return (await this.#session.run(feeds, fetches));
    } catch (cause) {
      throw new SightlineError('MODEL_FAILED', `the model "${this.#manifest.name}" failed on a ${width}×${height} frame: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }

  #weightsOf(facings: Readonly<Record<string, Polygon>>, rows: number, columns: number): readonly FacingWeights[] {
    const known = this.#facings.get(facings);
    if (known?.rows === rows && known.columns === columns) return known.weights;
    const weights = Object.entries(facings).map(([key, polygon]) => facingWeights(key, polygon, rows, columns));
    this.#facings.set(facings, { rows, columns, weights });
    return weights;
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}

/** Weak boxes come and go; only what would be reported is an object that hides the background. */
function reportable(boxes: readonly ScoredBox[], report: number): ScoredBox[] {
  return boxes.filter((box) => box.score >= report);
}

/** A hundred-thousandth of the frame is a hundredth of a pixel: more digits would only make records longer. */
function rounded(value: number): number {
  return Math.round(value * 1e5) / 1e5;
}
