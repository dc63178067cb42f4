import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addModel } from './add.js';
import { coco80, coco91 } from './classes.js';
import { openDetector } from './inference/detector.js';
import { elementType, type OnnxGraph } from './onnx/graph.js';
import { syntheticDetector, type SyntheticOutput } from './testing/synthetic.js';

/** Heads whose files are not here: graphs of their shape that "see" the two people of the check picture, and one car. */
const side = 64;
const truth = [
  { x: 0.056, y: 0.4125, w: 0.103, h: 0.37, cls: 'person', score: 0.9 },
  { x: 0.809, y: 0.158, w: 0.097, h: 0.313, cls: 'person', score: 0.7 },
  { x: 0.3, y: 0.3, w: 0.2, h: 0.1, cls: 'car', score: 0.6 },
];
const logit = (p: number): number => Math.log(p / (1 - p));
type Seen = (typeof truth)[number];

/** A [1, rows, columns] tensor from a function of row and column. */
function table(name: string, rows: number, columns: number, at: (row: number, column: number) => number): SyntheticOutput {
  return { name, dims: [1, rows, columns], values: Float32Array.from({ length: rows * columns }, (_, i) => at(Math.floor(i / columns), i % columns)) };
}
const list = (name: string, count: number, at: (i: number) => number): SyntheticOutput => ({ name, dims: [1, count], values: Float32Array.from({ length: count }, (_, i) => at(i)) });

const centre = (o: Seen, scale: number): number[] => [(o.x + o.w / 2) * scale, (o.y + o.h / 2) * scale, o.w * scale, o.h * scale];
const corners = (o: Seen, scale: number): number[] => [o.x * scale, o.y * scale, (o.x + o.w) * scale, (o.y + o.h) * scale];
const cells = 300;

const layouts: { what: string; head: string; outputs: SyntheticOutput[]; classes?: string[] }[] = [
  {
    what: 'YOLOv8 and v11: [1, 4 + classes, N]',
    head: 'yolo',
    outputs: [table('output0', 84, cells, (row, i) => (i >= truth.length ? 0 : row < 4 ? centre(truth[i]!, side)[row]! : row - 4 === coco80.indexOf(truth[i]!.cls) ? truth[i]!.score : 0.01))],
  },
  {
    what: 'YOLOv5: [1, N, 5 + classes]',
    head: 'yolo',
    outputs: [table('output', cells, 85, (i, column) => (i >= truth.length ? 0 : column < 4 ? centre(truth[i]!, side)[column]! : column === 4 ? truth[i]!.score : column - 5 === coco80.indexOf(truth[i]!.cls) ? 1 : 0))],
  },
  {
    what: 'end-to-end rows: [1, N, 6]',
    head: 'ssd',
    outputs: [table('output0', cells, 6, (i, column) => (i >= truth.length ? 0 : [...corners(truth[i]!, side), truth[i]!.score, coco80.indexOf(truth[i]!.cls)][column]!))],
  },
  {
    what: 'RT-DETR and D-FINE: logits and boxes',
    head: 'detr',
    outputs: [
      table('logits', cells, 80, (i, column) => (i < truth.length && column === coco80.indexOf(truth[i]!.cls) ? logit(truth[i]!.score) : -8)),
      table('pred_boxes', cells, 4, (i, column) => (i < truth.length ? centre(truth[i]!, 1)[column]! : 0.5)),
    ],
  },
  {
    what: 'RF-DETR: dets and labels, COCO numbered to 90',
    head: 'detr',
    outputs: [
      table('dets', cells, 4, (i, column) => (i < truth.length ? centre(truth[i]!, 1)[column]! : 0.5)),
      table('labels', cells, 91, (i, column) => (i < truth.length && column === coco91.indexOf(truth[i]!.cls) ? logit(truth[i]!.score) : -8)),
    ],
  },
  {
    what: 'lists of boxes in pixels, scores and labels',
    head: 'ssd',
    outputs: [
      table('boxes', 10, 4, (i, column) => (i < truth.length ? corners(truth[i]!, side)[column]! : 0)),
      list('scores', 10, (i) => truth[i]?.score ?? 0),
      { name: 'labels', dims: [1, 10], values: BigInt64Array.from({ length: 10 }, (_, i) => BigInt(truth[i] ? coco80.indexOf(truth[i].cls) : 0)) },
    ],
  },
  {
    what: 'TensorFlow: y before x, fractions, classes from 1',
    head: 'ssd',
    outputs: [
      table('detection_boxes', 10, 4, (i, column) => (i < truth.length ? [corners(truth[i]!, 1)[1]!, corners(truth[i]!, 1)[0]!, corners(truth[i]!, 1)[3]!, corners(truth[i]!, 1)[2]!][column]! : 0)),
      list('detection_classes', 10, (i) => (truth[i] ? coco91.indexOf(truth[i].cls) : 1)),
      list('detection_scores', 10, (i) => truth[i]?.score ?? 0),
      list('num_detections', 1, () => 10),
    ],
  },
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'sightline-add-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function write(name: string, graph: OnnxGraph): Promise<string> {
  const file = path.join(folder, `${name}.onnx`);
  await writeFile(file, graph.encode());
  return file;
}

describe('adding a model', () => {
  it.each(layouts.map((layout, i) => [layout.what, i] as const))('recognises %s and decodes it', async (_what, i) => {
    const { head, outputs } = layouts[i]!;
    const name = `layout-${i}`;
    const { manifest, check } = await addModel({ file: await write(name, syntheticDetector(outputs, { side })), folder: path.join(folder, 'models') });
    expect(manifest).toMatchObject({ name, head, fixedSize: true, sizes: [[side, side]] });
    expect(check.peopleFound).toBe(2);
    expect(check.seen.map(({ cls }) => cls)).toEqual(['person', 'person', 'car']);
    check.seen.forEach(({ score, box }, k) => {
      expect(score).toBeCloseTo(truth[k]!.score, 4);
      for (const key of ['x', 'y', 'w', 'h'] as const) expect(box[key]).toBeCloseTo(truth[k]![key], 4);
    });
    const detector = await openDetector({ model: name, folder: path.join(folder, 'models'), threads: 1 });
    const { detections } = await detector.detect({ camera: 'a', pixels: new Uint8Array(side * side * 3), width: side, height: side });
    await detector.close();
    expect(detections.map(({ cls }) => cls)).toEqual(['person', 'person', 'car']);
  });

  it('takes classes that are given, and refuses as many names as do not fit', async () => {
    const outputs = [table('output0', 7, cells, (row, i) => (i >= truth.length ? 0 : row < 4 ? centre(truth[i]!, side)[row]! : row - 4 === i ? 0.8 : 0))];
    const file = await write('own', syntheticDetector(outputs, { side }));
    await expect(addModel({ file, folder })).rejects.toMatchObject({ code: 'MODEL_INVALID', message: 'own (YOLOv8 or v11) tells 3 classes apart and does not say what they are called' });
    await expect(addModel({ file, folder, classes: ['cat'] })).rejects.toThrow('tells 3 classes apart, but 1 names were given');
    const { check } = await addModel({ file, folder, classes: ['person', 'trolley', 'bag'] });
    expect(check.seen.map(({ cls }) => cls).sort()).toEqual(['bag', 'person', 'trolley']);
    expect(check.doubts[0]).toMatch(/found 1 of the 2 people/);
  });

  it.each([
    ['a text file by another name', 'notes.onnx', Buffer.from('these are notes about a model, not a model at all'), /notes .*is not an ONNX file, or it is cut off|notes .*holds no ONNX graph/],
    ['an empty file', 'empty.onnx', Buffer.alloc(0), /empty \(0 bytes\) holds no ONNX graph/],
    ['a file of another format', 'model.pt', Buffer.from('PK'), /does not end in \.onnx/],
  ])('refuses %s', async (_what, name, bytes, message) => {
    const file = path.join(folder, name);
    await writeFile(file, bytes);
    await expect(addModel({ file, folder })).rejects.toMatchObject({ code: 'MODEL_INVALID', message: expect.stringMatching(message) as string });
  });

  it('refuses a model that was cut off in the middle', async () => {
    const whole = await readFile(await write('whole', syntheticDetector(layouts[0]!.outputs, { side })));
    const file = path.join(folder, 'cut.onnx');
    await writeFile(file, whole.subarray(0, whole.length / 2));
    await expect(addModel({ file, folder })).rejects.toMatchObject({ code: 'MODEL_INVALID', message: expect.stringMatching(/^cut \(\d+ bytes\) is not an ONNX file, or it is cut off/) as string });
  });

  it.each([
    ['outputs of no known head', syntheticDetector([table('embedding', 1, 512, () => 0)].map((output) => ({ ...output, dims: [1, 512] })), { side }), /no known detector head ends in "embedding" \[1, 512\]\. Known are/],
    ['a batch of several pictures', syntheticDetector(layouts[0]!.outputs, { dims: [8, 3, side, side] }), /takes 8 pictures at once; export it with a batch of 1/],
    ['one channel', syntheticDetector(layouts[0]!.outputs, { dims: [1, 1, side, side] }), /has 1 channels/],
    ['half precision', syntheticDetector(layouts[0]!.outputs, { side, type: elementType.float16 }), /has element type 10; export it in full precision/],
  ])('refuses %s, saying what it is', async (what, graph, message) => {
    const file = await write(what.replaceAll(' ', '-'), graph);
    await expect(addModel({ file, folder })).rejects.toMatchObject({ code: 'MODEL_INVALID', message: expect.stringMatching(message) as string });
  });

  it('refuses a model that gives no numbers, and installs nothing of it', async () => {
    const outputs = layouts[0]!.outputs.map((output) => ({ ...output, values: new Float32Array(output.values.length).fill(NaN) }));
    await expect(addModel({ file: await write('nan', syntheticDetector(outputs, { side })), folder: path.join(folder, 'none') })).rejects.toMatchObject({ code: 'MODEL_FAILED', message: expect.stringMatching(/gave NaN instead of a score/) as string });
    await expect(readdir(path.join(folder, 'none'))).rejects.toThrow();
  });
});
