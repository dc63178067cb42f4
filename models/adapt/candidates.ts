import type { OnnxGraph } from '../onnx/graph.js';
import { elementType } from '../onnx/graph.js';

/**
 * The tail that every adapted graph ends in: the strongest candidates, one column each, so that JavaScript looks at a
 * few dozen numbers. Output `candidates`, float32 [7, K], strongest first; rows: score, class, index of the cell, and
 * four numbers of the box as the head gives them.
 */
export const candidatesOutput = 'candidates';
export const candidateRows = 7;

export interface CandidateTensors {
  /** [N]: score of each cell, 0..1, whatever its class. */
  readonly scores: string;
  /** Anything that grows with the class's score, [N, classes] or (`classAxis` 0) [classes, N]; or [N]: the class itself. */
  readonly classes: { readonly logits: string; readonly classAxis: 0 | 1 } | { readonly indices: string };
  /** [4, N], or with `cells` [4, all cells]. */
  readonly boxes: string;
  /** [N]: which cell each score is of, where some were left out; default all, in their order. */
  readonly cells?: string;
  /** At most this many. */
  readonly limit: number;
  /** Scores below are noise at any setting; counting what lies above keeps the rest of the tail short. */
  readonly least: number;
}

export function addCandidates(graph: OnnxGraph, { scores, classes, boxes, cells, limit, least }: CandidateTensors): void {
  const above = graph.add('Cast', [graph.add('Greater', [scores, graph.constant([], new Float32Array([least]))])], { to: elementType.int64 });
  // At least one goes out, so that a model that gives no numbers shows.
  const count = larger(graph, graph.integers([1]), smaller(graph, graph.integers([limit]), reduceSum(graph, above, true)));
  const values = 'sightline/top_scores';
  const indices = 'sightline/top_indices';
  graph.add('TopK', [scores, count], { axis: 0, largest: 1, sorted: 1 }, [values, indices]);
  const at = cells === undefined ? indices : graph.add('Gather', [cells, indices], { axis: 0 });
  const taken = graph.add('Gather', [boxes, at], { axis: 1 });
  const row = graph.integers([1, -1]);
  const best =
    'logits' in classes
      ? graph.add('Reshape', [graph.add('ArgMax', [graph.add('Gather', [classes.logits, indices], { axis: 1 - classes.classAxis })], { axis: classes.classAxis, keepdims: 1 }), row])
      : graph.add('Reshape', [graph.add('Gather', [classes.indices, indices], { axis: 0 }), row]);
  graph.add(
    'Concat',
    [
      graph.add('Reshape', [sickOrSame(graph, values, boxes), row]),
      graph.add('Cast', [best], { to: elementType.float32 }),
      graph.add('Cast', [graph.add('Reshape', [at, row])], { to: elementType.float32 }),
      taken,
    ],
    { axis: 0 },
    [candidatesOutput],
  );
  graph.setOutputs([{ name: candidatesOutput, type: elementType.float32, dims: [candidateRows, 'candidates'] }]);
}

/**
 * Maxima and sorting can hide a NaN; a sum cannot. Adding 0 × the sum of all boxes leaves sound scores as they are and
 * makes every score NaN when a single box is NaN or infinite.
 */
function sickOrSame(graph: OnnxGraph, scores: string, boxes: string): string {
  const sum = reduceSum(graph, boxes, false);
  return graph.add('Add', [scores, graph.add('Mul', [sum, graph.constant([], new Float32Array([0]))])]);
}

/** Over all axes. */
function reduceSum(graph: OnnxGraph, tensor: string, keep: boolean): string {
  return graph.add('ReduceSum', [tensor], { keepdims: keep ? 1 : 0 });
}

/** Min and Max themselves take integers from opset 12 on only. */
function smaller(graph: OnnxGraph, a: string, b: string): string {
  return graph.add('Where', [graph.add('Less', [a, b]), a, b]);
}

function larger(graph: OnnxGraph, a: string, b: string): string {
  return graph.add('Where', [graph.add('Less', [a, b]), b, a]);
}

/** Greatest over one axis, which stays with length 1. */
export function reduceMax(graph: OnnxGraph, tensor: string, axis: number): string {
  return graph.opset >= 18 ? graph.add('ReduceMax', [tensor, graph.integers([axis])], { keepdims: 1 }) : graph.add('ReduceMax', [tensor], { axes: [axis], keepdims: 1 });
}
