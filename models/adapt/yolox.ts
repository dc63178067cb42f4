import { numberAttribute, numbersAttribute, type OnnxGraph } from '../onnx/graph.js';
import { addCandidates, reduceMax } from './candidates.js';

/**
 * YOLOX (Ge et al. 2021, arXiv:2107.08430) as the official release exports it: three levels of stride 8, 16, 32, each a
 * concatenation of box offsets, objectness and class scores, not yet decoded to pixels. The rewrite takes the maximum
 * over classes before the sigmoid and drops the [N, 85] tensor with its transposition.
 */
export const yoloxStrides = [8, 16, 32] as const;

/** A person fires about five cells; 300 serve some sixty people before non-maximum suppression. */
const candidateLimit = 300;

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
  const flat = (name: string, rows: number): string => graph.add('Reshape', [name, graph.integers(rows === 1 ? [-1] : [rows, -1])]);
  const joined = (names: readonly string[], axis: number): string => graph.add('Concat', names, { axis });
  const objectness = graph.add('Sigmoid', [joined(levels.map((level) => flat(level.objectness, 1)), 0)]);
  // Classes last: what is compared lies side by side.
  const byCell = joined(levels.map((level) => graph.add('Reshape', [graph.add('Transpose', [level.classes], { perm: [0, 2, 3, 1] }), graph.integers([-1, classCount])])), 0);
  const best = graph.add('Sigmoid', [graph.add('Reshape', [reduceMax(graph, byCell, 1), graph.integers([-1])])]);
  addCandidates(graph, {
    scores: graph.add('Mul', [objectness, best]),
    classes: { logits: byCell, classAxis: 1 },
    boxes: joined(levels.map((level) => flat(level.boxes, 4)), 1),
    limit: candidateLimit,
    least: leastScore,
  });
  graph.prune();
}
