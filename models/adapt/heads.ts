import { SightlineError } from '@sightline/runtime/errors';
import { elementType, type OnnxGraph, type Port } from '../onnx/graph.js';
import type { BoxForm, Head } from '../manifest.js';
import { addCandidates, reduceMax } from './candidates.js';
import { adaptCenternet } from './centernet.js';
import { imagenetRgb, plainBgr, plainRgb, unitRgb, type PixelConvention } from './input.js';
import { adaptYolox, yoloxLevels } from './yolox.js';

/**
 * Tells from a graph's outputs which head it ends in, and how to rewrite that head to candidates. Shapes decide, names
 * only where shapes leave it open.
 *
 *     const head = recogniseHead(graph, { name: 'my.onnx', classCount: 3 });
 *     head.adapt(graph);
 */
export interface RecognisedHead {
  readonly head: Head;
  /** In words, for the person who adds the model. */
  readonly description: string;
  readonly classCount: number | null;
  readonly boxes: BoxForm;
  readonly pixels: PixelConvention;
  /** Transformer heads give one box an object; the others need non-maximum suppression. */
  readonly nms: number;
  /** What the outputs call the first class; 1 where 0 is the background. */
  readonly firstClass: 0 | 1;
  adapt(graph: OnnxGraph): void;
}

/** Boxes of one object that detectors with dense heads leave overlap more than this. */
const denseNms = 0.65;
const none = 1;
const candidateLimit = 300;
/** Half of the lowest floor that a tracker asks for. */
const leastScore = 0.05;
const dense = { nms: denseNms, firstClass: 0 } as const;

/** `classCount` decides between layouts that differ by one row (with and without objectness). Throws MODEL_INVALID saying what was found. */
export function recogniseHead(graph: OnnxGraph, { name, classCount }: { readonly name: string; readonly classCount?: number | undefined }): RecognisedHead {
  const outputs = graph.outputs;
  const found = outputs.length === 1 ? single(graph, outputs[0]!, classCount) : (detr(outputs) ?? listed(outputs) ?? centernet(graph, outputs));
  if (found) return found;
  const said = outputs.map((port) => `"${port.name}" [${port.dims?.map((dim) => dim ?? '?').join(', ') ?? '?'}]`).join(', ');
  throw new SightlineError(
    'MODEL_INVALID',
    `${name}: no known detector head ends in ${said}. Known are: YOLOX [1, N, 5 + classes]; YOLOv8/v11 [1, 4 + classes, N]; YOLOv5 [1, N, 5 + classes]; end-to-end [1, N, 6]; logits [1, Q, classes] with boxes [1, Q, 4] (RT-DETR, RF-DETR, D-FINE); boxes [1, N, 4] with scores [1, N] and classes [1, N] (SSD); CenterNet`,
  );
}

function single(graph: OnnxGraph, output: Port, classCount: number | undefined): RecognisedHead | null {
  const levels = yoloxLevels(graph, output.name);
  const [, rows = null, columns = null] = sides(output);
  if (levels) {
    const count = graph.constantOf(graph.producerOf(levels[0]!.classes)?.input?.[1])?.dims[0] ?? classCount;
    if (count === undefined) return null;
    return { ...dense, head: 'yolox', description: 'YOLOX, raw', classCount: count, boxes: 'yolox-cell', pixels: plainBgr, adapt: (at) => adaptYolox(at, levels, count) };
  }
  if (output.dims?.length !== 3) return null;
  if (columns === 6 && (rows === null || rows <= 1000) && classCount !== 1) return { head: 'ssd', description: 'end-to-end rows of corners, score, class', classCount: null, boxes: 'corner-pixels', pixels: unitRgb, nms: none, firstClass: 0, adapt: (at) => rowsOfSix(at, output.name) };
  if (rows !== null && rows > 4 && (columns === null || columns > rows)) {
    return { ...dense, head: 'yolo', description: 'YOLOv8 or v11', classCount: rows - 4, boxes: 'centre-pixels', pixels: unitRgb, adapt: (at) => denseRows(at, at.add('Reshape', [output.name, at.integers([rows, -1])]), rows, false) };
  }
  if (columns !== null && columns > 5) {
    const objectness = classCount === undefined ? columns !== cocoWithoutObjectness : columns - classCount === 5;
    const turned = (at: OnnxGraph): string => at.add('Transpose', [at.add('Reshape', [output.name, at.integers([-1, columns])])], { perm: [1, 0] });
    return { ...dense, head: 'yolo', description: objectness ? 'YOLOv5, or YOLOX decoded' : 'YOLOv8 or v11, turned', classCount: columns - (objectness ? 5 : 4), boxes: 'centre-pixels', pixels: unitRgb, adapt: (at) => denseRows(at, turned(at), columns, objectness) };
  }
  return null;
}

/** 4 + COCO's 80. */
const cocoWithoutObjectness = 84;

/** `table` is [4 + (1) + classes, N]. */
function denseRows(graph: OnnxGraph, table: string, rows: number, objectness: boolean): void {
  const first = objectness ? 5 : 4;
  const slice = (from: number, to: number): string => graph.add('Slice', [table, graph.integers([from]), graph.integers([to]), graph.integers([0])]);
  const classes = slice(first, rows);
  const best = graph.add('Reshape', [reduceMax(graph, classes, 0), graph.integers([-1])]);
  const scores = objectness ? graph.add('Mul', [best, graph.add('Reshape', [slice(4, 5), graph.integers([-1])])]) : best;
  addCandidates(graph, { scores, classes: { logits: classes, classAxis: 0 }, boxes: slice(0, 4), limit: candidateLimit, least: leastScore });
}

function rowsOfSix(graph: OnnxGraph, output: string): void {
  const table = graph.add('Transpose', [graph.add('Reshape', [output, graph.integers([-1, 6])])], { perm: [1, 0] });
  const slice = (from: number, to: number): string => graph.add('Slice', [table, graph.integers([from]), graph.integers([to]), graph.integers([0])]);
  const flat = (from: number): string => graph.add('Reshape', [slice(from, from + 1), graph.integers([-1])]);
  addCandidates(graph, { scores: flat(4), classes: { indices: flat(5) }, boxes: slice(0, 4), limit: candidateLimit, least: leastScore });
}

/** Logits per query and boxes as centre and size in fractions. Scores by sigmoid, as all of the family since Deformable DETR. */
function detr(outputs: readonly Port[]): RecognisedHead | null {
  const boxes = outputs.find((port) => port.dims?.length === 3 && sides(port)[2] === 4 && port.type === elementType.float32);
  const logits = outputs.find((port) => port !== boxes && port.dims?.length === 3 && port.type === elementType.float32 && (sides(port)[1] ?? -1) === (boxes ? (sides(boxes)[1] ?? -1) : null));
  const count = logits && sides(logits)[2];
  if (!boxes || !logits || count === null || count === undefined) return null;
  const rfDetr = boxes.name === 'dets';
  return {
    head: 'detr',
    description: rfDetr ? 'RF-DETR' : 'DETR (RT-DETR, D-FINE)',
    classCount: count,
    boxes: 'centre-fractions',
    pixels: rfDetr ? imagenetRgb : unitRgb,
    nms: none,
    firstClass: 0,
    adapt(graph) {
      const table = graph.add('Transpose', [graph.add('Reshape', [logits.name, graph.integers([-1, count])])], { perm: [1, 0] });
      const scores = graph.add('Sigmoid', [graph.add('Reshape', [reduceMax(graph, table, 0), graph.integers([-1])])]);
      addCandidates(graph, { scores, classes: { logits: table, classAxis: 0 }, boxes: turnedBoxes(graph, boxes.name), limit: candidateLimit, least: leastScore });
    },
  };
}

/** Boxes, scores and classes as lists: TensorFlow's SSDs, torchvision, RT-DETR with its own postprocessing. */
function listed(outputs: readonly Port[]): RecognisedHead | null {
  const named = (pattern: RegExp): Port | undefined => outputs.find((port) => pattern.test(port.name));
  const boxes = named(/box|dets/i);
  const scores = named(/score|conf/i);
  const classes = named(/class|label/i);
  if (!boxes || !scores || !classes || (sides(boxes).at(-1) ?? 4) !== 4) return null;
  const tensorflow = /^detection_/.test(boxes.name);
  return {
    head: 'ssd',
    description: tensorflow ? 'SSD as TensorFlow exports it' : 'lists of boxes, scores and classes',
    classCount: null,
    boxes: tensorflow ? 'corner-fractions' : 'corner-pixels',
    pixels: tensorflow ? plainRgb : unitRgb,
    nms: none,
    firstClass: tensorflow ? 1 : 0,
    adapt(graph) {
      const flat = (port: Port): string => graph.add('Reshape', [port.name, graph.integers([-1])]);
      const corners = turnedBoxes(graph, boxes.name);
      addCandidates(graph, {
        scores: flat(scores),
        classes: { indices: flat(classes) },
        // TensorFlow gives y before x.
        boxes: tensorflow ? graph.add('Gather', [corners, graph.integers([1, 0, 3, 2])], { axis: 0 }) : corners,
        limit: candidateLimit,
        least: leastScore,
      });
    },
  };
}

function centernet(graph: OnnxGraph, outputs: readonly Port[]): RecognisedHead | null {
  const producer = (port: Port): string | null | undefined => {
    let node = graph.producerOf(port.name);
    while (node?.opType === 'Identity') node = graph.producerOf(node.input![0]!);
    return node?.opType;
  };
  const maps = outputs.filter((port) => port.dims?.length === 4);
  const heat = maps.find((port) => producer(port) === 'Sigmoid');
  const sizes = maps.find((port) => port !== heat);
  const count = heat && sides(heat)[1];
  if (!heat || !sizes || outputs.length !== 2 || !count || (sides(sizes)[1] ?? 4) !== 4) return null;
  return { ...dense, head: 'centernet', description: 'CenterNet', classCount: count, boxes: 'centernet-cell', pixels: plainRgb, adapt: (at) => adaptCenternet(at, heat.name, sizes.name, count) };
}

function turnedBoxes(graph: OnnxGraph, boxes: string): string {
  return graph.add('Transpose', [graph.add('Reshape', [boxes, graph.integers([-1, 4])])], { perm: [1, 0] });
}

function sides(port: Port): (number | null)[] {
  return (port.dims ?? []).map((dim) => (typeof dim === 'number' ? dim : null));
}
