import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SightlineError } from '@sightline/runtime/errors';
import ort from 'onnxruntime-node';
import { pixelShape, pixelsInput } from './adapt/input.js';
import { candidatesOutput } from './adapt/candidates.js';
import { ModelSession, sessionOptions } from './inference/session.js';
import { OnnxGraph } from './onnx/graph.js';
import { adaptedFile, defaultModelsFolder, ensureModel, originalFile } from './registry.js';

/**
 * What the detect stage costs beside bare ONNX Runtime: the original graph with float input, the adapted graph with
 * pixels, and the whole detect call (inference, boxes, non-maximum suppression, colour histograms), taken in turns in
 * one process and one thread, so that the machine's moods hit all three alike.
 *
 *     const { bareMs, adaptedMs, detectMs, ratio } = await benchModel({ model: 'default', frames, width, height });
 */
export interface BenchModelOptions {
  readonly model?: string;
  readonly folder?: string;
  /** rgb24 frames of width × height; they are gone through in a circle. */
  readonly frames: readonly Uint8Array[];
  readonly width: number;
  readonly height: number;
  /** How often each of the three is timed. */
  readonly rounds?: number;
  readonly appearance?: boolean;
}

export interface BenchModelResult {
  readonly model: string;
  readonly width: number;
  readonly height: number;
  /** Medians, milliseconds a frame. */
  readonly bareMs: number;
  readonly adaptedMs: number;
  readonly detectMs: number;
  /** Of the whole detect call: what lies outside `session.run`. */
  readonly outsideMs: number;
  /** bareMs / detectMs: above 1 the whole stage is faster than the bare original. Median of the ratios of each round. */
  readonly ratio: number;
  readonly objectsPerFrame: number;
}

export interface BareSession {
  run(): Promise<void>;
  close(): Promise<void>;
}

const warmUps = 5;

/** The original graph at any input size, float input: what everything is compared with. */
export async function openBare(model: string, folder: string, pixels: Uint8Array, width: number, height: number): Promise<BareSession> {
  const manifest = await ensureModel(model, folder);
  if (manifest.fixedSize) throw new SightlineError('USAGE', `model "${manifest.name}" takes one size only; the benchmark needs one that takes ${width}×${height}`);
  const graph = OnnxGraph.parse(await readFile(path.join(folder, manifest.name, originalFile)), manifest.name);
  const input = graph.inputs[0]!;
  graph.setInputs([{ ...input, dims: [1, 3, height, width] }]);
  graph.setOutputs(graph.outputs.map((port) => ({ ...port, dims: null })));
  graph.prune();
  const session = await ort.InferenceSession.create(graph.encode(), sessionOptions);
  const feeds = { [input.name]: new ort.Tensor('float32', planesOf(pixels, width, height), [1, 3, height, width]) };
  return {
    run: async () => void (await session.run(feeds)),
    close: () => session.release(),
  };
}

export async function benchModel({ model = 'default', folder = defaultModelsFolder(), frames, width, height, rounds = 60, appearance = true }: BenchModelOptions): Promise<BenchModelResult> {
  const manifest = await ensureModel(model, folder);
  const modelPath = path.join(folder, manifest.name, adaptedFile);
  const bare = await openBare(model, folder, frames[0]!, width, height);
  const adapted = await ort.InferenceSession.create(modelPath, sessionOptions);
  const interleaved = adapted.inputMetadata[0]!.isTensor && adapted.inputMetadata[0]!.shape[1] === 1;
  const whole = await ModelSession.open(modelPath, manifest);
  const taken = { bare: [] as number[], adapted: [] as number[], detect: [] as number[], outside: [] as number[] };
  let objects = 0;
  for (let round = -warmUps; round < rounds; round++) {
    const pixels = frames[(round + warmUps) % frames.length]!;
    const bareMs = await timed(() => bare.run());
    const adaptedMs = await timed(() => adapted.run({ [pixelsInput]: new ort.Tensor('uint8', pixels, pixelShape(interleaved, width, height)) }, [candidatesOutput]));
    let insideMs = 0;
    let seen = 0;
    const detectMs = await timed(async () => {
      const { inferenceSeconds, detections } = await whole.detect({ pixels, width, height, floor: manifest.floor, appearance });
      insideMs = inferenceSeconds * 1000;
      seen = detections.length;
    });
    if (round < 0) continue;
    objects += seen;
    taken.bare.push(bareMs);
    taken.adapted.push(adaptedMs);
    taken.detect.push(detectMs);
    taken.outside.push(detectMs - insideMs);
  }
  await Promise.all([bare.close(), adapted.release(), whole.close()]);
  return {
    model: manifest.name,
    width,
    height,
    bareMs: median(taken.bare),
    adaptedMs: median(taken.adapted),
    detectMs: median(taken.detect),
    outsideMs: median(taken.outside),
    ratio: median(taken.bare.map((bareMs, i) => bareMs / taken.detect[i]!)),
    objectsPerFrame: objects / rounds,
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const before = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - before) / 1e6;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)]!;
}

function planesOf(pixels: Uint8Array, width: number, height: number): Float32Array {
  const area = width * height;
  const out = new Float32Array(3 * area);
  for (let i = 0; i < area; i++) for (let c = 0; c < 3; c++) out[c * area + i] = pixels[3 * i + c]!;
  return out;
}
