import { numberAttribute, numbersAttribute, type Constant, type OnnxGraph } from '../onnx/graph.js';
import { addCandidates, reduceMax } from './candidates.js';

/**
 * YOLOX (Ge et al. 2021, arXiv:2107.08430) as the official release exports it: three levels of stride 8, 16, 32, each a
 * concatenation of box offsets, objectness and class scores, not yet decoded to pixels. The rewrite asks for classes only
 * where there is an object, takes the maximum over classes before the sigmoid, and drops the [N, 85] tensor with its
 * transposition.
 */
export const yoloxStrides = [8, 16, 32] as const;

/** A person fires about five cells; 300 serve some sixty people before non-maximum suppression. */
const candidateLimit = 300;

/** Offsets of the centre, logarithms of the sides. */
const boxRows = 4;

/** Half the tracker's floor. */
const leastScore = 0.05;

interface Level {
  /** [1, 4, h, w]: offsets from the cell in strides, logarithms of the size in strides. */
  readonly boxes: string;
  /** [1, 1, h, w] and [1, classes, h, w], before their sigmoids. */
  readonly objectness: string;
  readonly classes: string;
}

/** The levels of the head that ends in `output`, or null when the graph is built otherwise. */
export function yoloxLevels(graph: OnnxGraph, output: string): Level[] | null {
  const transpose = graph.producerOf(output);
  if (transpose?.opType !== 'Transpose' || numbersAttribute(transpose, 'perm')?.join() !== '0,2,1') return null;
  const stacked = graph.producerOf(transpose.input![0]!);
  if (stacked?.opType !== 'Concat' || stacked.input!.length !== yoloxStrides.length) return null;
  const levels: Level[] = [];
  for (const flat of stacked.input!) {
    const reshape = graph.producerOf(flat);
    const joined = reshape && ['Reshape', 'Flatten'].includes(reshape.opType!) ? graph.producerOf(reshape.input![0]!) : undefined;
    if (joined?.opType !== 'Concat' || joined.input!.length !== 3 || numberAttribute(joined, 'axis', 0) !== 1) return null;
    const [boxes, objectness, classes] = joined.input as [string, string, string];
    const [before, classBefore] = [objectness, classes].map((name) => graph.producerOf(name));
    if (before?.opType !== 'Sigmoid' || classBefore?.opType !== 'Sigmoid') return null;
    levels.push({ boxes, objectness: before.input![0]!, classes: classBefore.input![0]! });
  }
  return levels;
}

export function adaptYolox(graph: OnnxGraph, levels: readonly Level[], classCount: number): void {
  const heads = levels.map((level) => convolutionsOf(graph, level));
  if (heads.every((head) => head !== null)) adaptByCandidates(graph, heads);
  else adaptWhole(graph, levels, classCount);
  graph.prune();
}

/** The last convolutions of a level, all of 1×1. */
interface Head {
  /** Boxes, then objectness, as one: both read the same features. */
  readonly places: { readonly features: string; readonly weight: Constant; readonly bias: Constant };
  readonly classes: { readonly features: string; readonly weight: Constant; readonly bias: Constant };
}

function convolutionsOf(graph: OnnxGraph, level: Level): Head | null {
  const [boxes, objectness, classes] = [level.boxes, level.objectness, level.classes].map((name) => pointwise(graph, name));
  if (!boxes || !objectness || !classes || boxes.features !== objectness.features) return null;
  return { places: { features: boxes.features, weight: stacked(boxes.weight, objectness.weight), bias: stacked(boxes.bias, objectness.bias) }, classes };
}

function pointwise(graph: OnnxGraph, output: string): Head['classes'] | null {
  const conv = graph.producerOf(output);
  const [weight, bias] = [1, 2].map((at) => graph.constantOf(conv?.input?.[at]));
  const plain = conv?.opType === 'Conv' && numberAttribute(conv, 'group', 1) === 1 && (numbersAttribute(conv, 'strides') ?? []).every((stride) => stride === 1);
  if (!plain || !(weight?.data instanceof Float32Array) || !(bias?.data instanceof Float32Array) || weight.dims[2] !== 1 || weight.dims[3] !== 1) return null;
  return { features: conv.input![0]!, weight, bias };
}

/** One constant below the other. */
function stacked(a: Constant, b: Constant): Constant {
  return { dims: [a.dims[0]! + b.dims[0]!, ...a.dims.slice(1)], data: Float32Array.from([...(a.data as Float32Array), ...(b.data as Float32Array)]) };
}

/**
 * A score is objectness times class, so a cell whose objectness is below the least score is no candidate whatever its
 * class: the class convolution, a fortieth of the network, runs on the few cells that are left.
 */
function adaptByCandidates(graph: OnnxGraph, heads: readonly Head[]): void {
  const all = graph.integers([-1]);
  const row = (table: string, from: number, to: number): string => graph.add('Slice', [table, graph.integers([from]), graph.integers([to]), graph.integers([0])]);
  const places = heads.map(({ places: { features, weight, bias } }) =>
    graph.add('Reshape', [graph.add('Conv', [features, graph.constant(weight.dims, weight.data), graph.constant(bias.dims, bias.data)], { kernel_shape: [1, 1] }), graph.integers([boxRows + 1, -1])]),
  );
  const joined = graph.add('Concat', places, { axis: 1 });
  const logits = graph.add('Reshape', [row(joined, boxRows, boxRows + 1), all]);
  // One cell is always left, so that a model that gives no numbers shows.
  const most = graph.opset >= 20 ? graph.add('ReduceMax', [logits], { keepdims: 1 }) : graph.add('ReduceMax', [logits], { axes: [0], keepdims: 1 });
  const least = graph.add('Min', [most, graph.constant([1], new Float32Array([Math.log(leastScore / (1 - leastScore))]))]);
  const chosen = (objectness: string): string => graph.add('Not', [graph.add('Less', [objectness, least])]);
  const classes = heads.map(({ classes: { features, weight, bias } }, level) => {
    const [count, channels] = weight.dims as [number, number];
    const table = graph.add('Reshape', [features, graph.integers([channels, -1])]);
    const taken = graph.add('Compress', [table, chosen(graph.add('Reshape', [row(places[level]!, boxRows, boxRows + 1), all]))], { axis: 1 });
    return graph.add('Add', [graph.add('MatMul', [graph.constant([count, channels], weight.data), taken]), graph.constant([count, 1], bias.data)]);
  });
  const byClass = graph.add('Concat', classes, { axis: 1 });
  const cells = graph.add('Reshape', [graph.add('NonZero', [chosen(logits)]), all]);
  const objectness = graph.add('Sigmoid', [graph.add('Gather', [logits, cells], { axis: 0 })]);
  const best = graph.add('Sigmoid', [graph.add('Reshape', [reduceMax(graph, byClass, 0), all])]);
  addCandidates(graph, {
    scores: graph.add('Mul', [objectness, best]),
    classes: { logits: byClass, classAxis: 0 },
    boxes: row(joined, 0, boxRows),
    cells,
    limit: candidateLimit,
    least: leastScore,
  });
}

function adaptWhole(graph: OnnxGraph, levels: readonly Level[], classCount: number): void {
  const flat = (name: string, rows: number): string => graph.add('Reshape', [name, graph.integers(rows === 1 ? [-1] : [rows, -1])]);
  const joined = (names: readonly string[], axis: number): string => graph.add('Concat', names, { axis });
  const objectness = graph.add('Sigmoid', [joined(levels.map((level) => flat(level.objectness, 1)), 0)]);
  // Classes last: what is compared lies side by side.
  const byCell = joined(levels.map((level) => graph.add('Reshape', [graph.add('Transpose', [level.classes], { perm: [0, 2, 3, 1] }), graph.integers([-1, classCount])])), 0);
  const best = graph.add('Sigmoid', [graph.add('Reshape', [reduceMax(graph, byCell, 1), graph.integers([-1])])]);
  addCandidates(graph, {
    scores: graph.add('Mul', [objectness, best]),
    classes: { logits: byCell, classAxis: 1 },
    boxes: joined(levels.map((level) => flat(level.boxes, boxRows)), 1),
    limit: candidateLimit,
    least: leastScore,
  });
}
