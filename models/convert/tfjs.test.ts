import '@tensorflow/tfjs-backend-cpu';
import { loadGraphModel } from '@tensorflow/tfjs-converter';
import * as tf from '@tensorflow/tfjs-core';
import ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { adaptCatalogued } from '../adapt/adapt.js';
import { candidateRows } from '../adapt/candidates.js';
import { defaultModel } from '../registry.js';
import { OnnxGraph } from '../onnx/graph.js';
import { convertPackaged, packagedFiles } from './packaged.js';
import { convertTfjs, type TfjsModel } from './tfjs.js';

/**
 * The converted default model against TensorFlow.js itself running the original file: every stage of the way from the
 * package to the adapted graph is compared with the one before it.
 */
const side = 64;
const outputs = ['tower_0/keypoints', 'tower_0/wh'];
let pixels: Uint8Array;
let reference: { heat: Float32Array; sizes: Float32Array };

/** The same noise in every run (xorshift). */
function noise(count: number): Uint8Array {
  let state = 2463534242;
  return Uint8Array.from({ length: count }, () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state & 255;
  });
}

const planes = (interleaved: Uint8Array): Float32Array => {
  const out = new Float32Array(interleaved.length);
  const area = interleaved.length / 3;
  for (let i = 0; i < area; i++) for (let c = 0; c < 3; c++) out[c * area + i] = interleaved[3 * i + c]!;
  return out;
};

beforeAll(async () => {
  const entry = defaultModel();
  if (entry.source.kind !== 'npm') throw new Error('the default model comes from a package');
  const { json, weights } = await packagedFiles(entry.source.package, entry.source.files);
  pixels = noise(side * side * 3);
  const model = await loadGraphModel({
    load: async () => ({ modelTopology: withInputSide(json), weightSpecs: json.weightsManifest.flatMap((group) => group.weights) as never[], weightData: withUpsampledSides(json, weights).buffer as ArrayBuffer }),
  });
  const input = tf.tensor4d(Float32Array.from(pixels), [1, side, side, 3]);
  const [heat, sizes] = model.execute(input, outputs) as tf.Tensor[];
  reference = { heat: (await tf.transpose(heat!, [0, 3, 1, 2]).data()) as Float32Array, sizes: (await tf.transpose(sizes!, [0, 3, 1, 2]).data()) as Float32Array };
}, 120_000);

/** The file is made for 512 × 512: a smaller input needs its placeholder and the constant sizes of its upsampled maps changed. */
function withInputSide(json: TfjsModel): object {
  return JSON.parse(JSON.stringify(json.modelTopology).replaceAll('"size":"512"', `"size":"${side}"`)) as object;
}

function withUpsampledSides(json: TfjsModel, weights: Uint8Array): Uint8Array {
  const changed = Uint8Array.from(weights);
  const view = new DataView(changed.buffer);
  let at = 0;
  for (const { name, shape, quantization } of json.weightsManifest.flatMap((group) => group.weights)) {
    const count = shape.reduce((product, length) => product * length, 1);
    if (/up_sampling2d(_\d)?\/mul$/.test(name)) for (let i = 0; i < count; i++) view.setInt32(at + 4 * i, (view.getInt32(at + 4 * i, true) * side) / 512, true);
    at += count * (quantization ? 2 : 4);
  }
  return changed;
}

const greatestDifference = (a: Float32Array, b: Float32Array): number => {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i]! - b[i]!));
  return most;
};

describe('the conversion of the default model', () => {
  it('gives what TensorFlow.js gives, to rounding', async () => {
    const graph = await convertPackaged(defaultModel());
    const session = await ort.InferenceSession.create(graph.encode());
    const result = await session.run({ 'tower_0/images': new ort.Tensor('float32', planes(pixels), [1, 3, side, side]) });
    expect(greatestDifference(result[outputs[0]!]!.data as Float32Array, reference.heat)).toBeLessThan(2e-5);
    // Sizes are in pixels and up to some hundreds.
    expect(greatestDifference(result[outputs[1]!]!.data as Float32Array, reference.sizes)).toBeLessThan(2e-2);
  });

  it('keeps each candidate through the rewrites: the strongest peaks with their classes and sizes', async () => {
    const graph = OnnxGraph.parse((await convertPackaged(defaultModel())).encode(), 'default');
    adaptCatalogued(graph, defaultModel());
    const session = await ort.InferenceSession.create(graph.encode());
    const { candidates } = await session.run({ pixels: new ort.Tensor('uint8', pixels, [1, 1, side, 3 * side]) }, ['candidates']);
    const got = candidates!.data as Float32Array;
    const count = got.length / candidateRows;
    const expected = peaks(reference.heat, reference.sizes, side / 4);
    expect(count).toBe(expected.length);
    expect(count).toBeGreaterThan(3);
    for (let i = 0; i < count; i++) {
      const row = (r: number): number => got[r * count + i]!;
      expect(row(0)).toBeCloseTo(expected[i]!.score, 4);
      expect([row(1), row(2)]).toEqual([expected[i]!.cls, expected[i]!.cell]);
      for (let b = 0; b < 4; b++) expect(row(3 + b)).toBeCloseTo(expected[i]!.box[b]!, 1);
    }
  });

  it('refuses an operation that it does not know, by name', () => {
    const model: TfjsModel = { modelTopology: { node: [{ name: 'x', op: 'Placeholder' }, { name: 'y', op: 'FFT', input: ['x'] }] }, weightsManifest: [] };
    expect(() => convertTfjs(model, new Uint8Array(), { outputs: ['y'] })).toThrow('uses FFT (node "y")');
  });

  it('refuses weights that were cut off', async () => {
    const entry = defaultModel();
    const { json, weights } = await packagedFiles('@vladmandic/human', entry.source.kind === 'npm' ? entry.source.files : []);
    expect(() => convertTfjs(json, weights.subarray(0, 1_000_000), { outputs })).toThrow(/end at byte 1000000, but ".*" reaches to \d+: the file is cut off/);
  });
});

/** CenterNet's decoding as its paper says, written plainly. */
function peaks(heat: Float32Array, sizes: Float32Array, cells: number): { score: number; cls: number; cell: number; box: number[] }[] {
  const area = cells * cells;
  const best = Array.from({ length: area }, (_, cell) => {
    let cls = 0;
    for (let c = 1; c < heat.length / area; c++) if (heat[c * area + cell]! > heat[cls * area + cell]!) cls = c;
    return { cls, score: heat[cls * area + cell]! };
  });
  const found = [];
  for (let cell = 0; cell < area; cell++) {
    const [x, y] = [cell % cells, Math.floor(cell / cells)];
    let peak = true;
    for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) if (x + dx >= 0 && x + dx < cells && y + dy >= 0 && y + dy < cells) peak &&= best[(y + dy) * cells + x + dx]!.score <= best[cell]!.score;
    if (peak && best[cell]!.score > 0.06) found.push({ ...best[cell]!, cell, box: [0, 1, 2, 3].map((side) => sizes[side * area + cell]!) });
  }
  return found.sort((a, b) => b.score - a.score);
}
