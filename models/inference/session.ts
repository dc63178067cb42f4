import { SightlineError } from '@sightline/runtime/errors';
import type { Detection, DetectorOutput } from '@sightline/schemas';
import ort from 'onnxruntime-node';
import { candidatesOutput } from '../adapt/candidates.js';
import { pixelShape, pixelsInput } from '../adapt/input.js';
import type { Manifest } from '../manifest.js';
import { boxesOf, type BoxRules } from './boxes.js';

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

  private constructor(session: ort.InferenceSession, manifest: Manifest) {
    this.#session = session;
    this.#manifest = manifest;
    const input = session.inputMetadata[0]!;
    this.#interleaved = input.isTensor && input.shape[1] === 1;
    this.#rules = { head: manifest.head, scoreScale: manifest.scoreScale, nms: manifest.nms, classCount: manifest.classes.length };
  }

  static async open(modelPath: string, manifest: Manifest): Promise<ModelSession> {
    try {
      return new ModelSession(await ort.InferenceSession.create(modelPath, sessionOptions), manifest);
    } catch (cause) {
      throw new SightlineError('MODEL_INVALID', `${modelPath} cannot be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
  }

  async detect({ pixels, width, height, floor }: SessionRequest): Promise<DetectorOutput> {
    const feeds = { [pixelsInput]: new ort.Tensor('uint8', pixels, pixelShape(this.#interleaved, width, height)) };
    const before = process.hrtime.bigint();
    let outputs: ort.InferenceSession.OnnxValueMapType;
    try {
      outputs = await this.#session.run(feeds, [candidatesOutput]);
    } catch (cause) {
      throw new SightlineError('MODEL_FAILED', `the model "${this.#manifest.name}" failed on a ${width}×${height} frame: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
    const inferenceSeconds = Number(process.hrtime.bigint() - before) / 1e9;
    const boxes = boxesOf((outputs[candidatesOutput] as ort.Tensor).data as Float32Array, this.#rules, width, height, floor);
    const detections = boxes.map(({ x, y, w, h, score, classIndex }): Detection => ({ x, y, w, h, score, cls: this.#manifest.classes[classIndex]! }));
    return { detections, inferenceSeconds };
  }

  async close(): Promise<void> {
    await this.#session.release();
  }
}
