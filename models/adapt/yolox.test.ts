import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogued } from '../registry.js';
import { boxesOf, type ScoredBox } from '../inference/boxes.js';
import { OnnxGraph } from '../onnx/graph.js';
import { adaptCatalogued } from './adapt.js';
import { checkPicture, picture } from '../check/check.js';

/** YOLOX-Nano adapted against the original file, whose [N, 85] tensor is decoded here as the YOLOX repository does. */
const file = path.join(process.env['SIGHTLINE_DATA'] ?? path.resolve('../shared/data'), 'models/yolox_nano.onnx');
const [width, height] = [320, 256];
let bytes: Uint8Array;
let pixels: Uint8Array;

beforeAll(async () => {
  if (!existsSync(file)) throw new Error(`the footage and models of the tests are missing: no ${file}; set SIGHTLINE_DATA`);
  bytes = await readFile(file);
  const real = await picture();
  // The check picture with a grey stripe below: sides that are multiples of 32, no scaling.
  pixels = new Uint8Array(width * height * 3).fill(114);
  pixels.set(real.subarray(0, checkPicture.width * checkPicture.height * 3));
});

describe('YOLOX-Nano adapted', () => {
  it('sees what the original sees: the same boxes, scores and classes', async () => {
    const original = OnnxGraph.parse(bytes, 'yolox_nano');
    original.setInputs([{ ...original.inputs[0]!, dims: [1, 3, height, width] }]);
    original.setOutputs(original.outputs.map((port) => ({ ...port, dims: null })));
    original.prune();
    const plain = await ort.InferenceSession.create(original.encode(), { logSeverityLevel: 3 });
    const { output } = await plain.run({ images: new ort.Tensor('float32', bgrPlanes(pixels), [1, 3, height, width]) });
    const expected = decoded(output!.data as Float32Array);

    const entry = catalogued('yolox-nano')!;
    const graph = OnnxGraph.parse(bytes, 'yolox_nano');
    expect(adaptCatalogued(graph, entry).features).toBe('841');
    const session = await ort.InferenceSession.create(graph.encode());
    const { candidates, features } = await session.run({ pixels: new ort.Tensor('uint8', pixels, [1, 1, height, 3 * width]) });
    const got = boxesOf(candidates!.data as Float32Array, { ...entry, classCount: 80, nms: 1 }, width, height, 0.06);

    expect(expected.length).toBeGreaterThan(20);
    expect(got).toHaveLength(expected.length);
    got.forEach((box, i) => {
      expect(box.classIndex).toBe(expected[i]!.classIndex);
      for (const key of ['x', 'y', 'w', 'h', 'score'] as const) expect(box[key]).toBeCloseTo(expected[i]![key], 4);
    });
    expect(features!.dims).toEqual([1, 128, height / 16, width / 16]);
  });
});

function bgrPlanes(interleaved: Uint8Array): Float32Array {
  const area = width * height;
  const out = new Float32Array(3 * area);
  for (let i = 0; i < area; i++) for (let c = 0; c < 3; c++) out[c * area + i] = interleaved[3 * i + 2 - c]!;
  return out;
}

function decoded(output: Float32Array): ScoredBox[] {
  const boxes: ScoredBox[] = [];
  let row = 0;
  for (const stride of [8, 16, 32]) {
    for (let gy = 0; gy < height / stride; gy++)
      for (let gx = 0; gx < width / stride; gx++, row++) {
        const at = (column: number): number => output[row * 85 + column]!;
        let classIndex = 0;
        for (let c = 1; c < 80; c++) if (at(5 + c) > at(5 + classIndex)) classIndex = c;
        const score = at(4) * at(5 + classIndex);
        const [w, h] = [Math.exp(at(2)) * stride, Math.exp(at(3)) * stride];
        if (score >= 0.06) boxes.push({ x: ((at(0) + gx) * stride - w / 2) / width, y: ((at(1) + gy) * stride - h / 2) / height, w: w / width, h: h / height, score, classIndex });
      }
  }
  return boxes.sort((a, b) => b.score - a.score);
}
