import { SightlineError } from '@sightline/runtime/errors';
import type { OnnxGraph } from '../onnx/graph.js';
import { addCandidates, reduceMax } from './candidates.js';

/**
 * CenterNet (Zhou et al. 2019, arXiv:1904.07850): a heat map per class at stride 4 and, per cell, the distances to the
 * left, top, right and bottom of the box in pixels. A detection is a cell that equals the maximum of its 3×3
 * neighbourhood. The maximum over classes comes before sigmoid and peaks: 80 times less to look at.
 */
export const centernetStride = 4;

/** Peaks are one per object, so this is the number of objects per frame. */
const candidateLimit = 200;

/** Half the tracker's floor, before the score is rescaled. */
const leastScore = 0.06;

export function adaptCenternet(graph: OnnxGraph, heatOutput: string, sizeOutput: string, classCount: number): void {
  const heat = beforeSigmoid(graph, heatOutput);
  // Classes last: each cell's lie side by side, and the runtime leaves its blocked layout into this one at no cost. Classes
  // first, a map of 72 × 128 cells has them 36 KiB apart, all in one set of the cache: six times slower than 80 × 104.
  // The reshape keeps the runtime from undoing the transposition.
  const byCell = graph.add('Reshape', [graph.add('Transpose', [heat], { perm: [0, 2, 3, 1] }), graph.integers([-1, classCount])]);
  const sides = graph.add('Slice', [graph.add('Shape', [heat]), graph.integers([2]), graph.integers([4]), graph.integers([0])]);
  const best = graph.add('Reshape', [reduceMax(graph, byCell, 1), graph.add('Concat', [graph.integers([1, 1]), sides], { axis: 0 })]);
  const around = graph.add('MaxPool', [best], { kernel_shape: [3, 3], pads: [1, 1, 1, 1], strides: [1, 1] });
  const zero = graph.constant([], new Float32Array([0]));
  const peaks = graph.add('Where', [graph.add('Equal', [best, around]), graph.add('Sigmoid', [best]), zero]);
  addCandidates(graph, {
    scores: graph.add('Reshape', [peaks, graph.integers([-1])]),
    classes: { logits: byCell, classAxis: 1 },
    boxes: graph.add('Reshape', [sizeOutput, graph.integers([4, -1])]),
    limit: candidateLimit,
    least: leastScore,
  });
  graph.prune();
}

/** The tensor whose sigmoid the heat map is, looking through Identity. */
function beforeSigmoid(graph: OnnxGraph, output: string): string {
  let at = output;
  for (;;) {
    const node = graph.producerOf(at);
    if (node?.opType === 'Sigmoid') return node.input![0]!;
    if (node?.opType !== 'Identity') throw new SightlineError('MODEL_INVALID', `the heat map "${output}" does not end in a sigmoid (${node?.opType ?? 'no node'} makes it)`);
    at = node.input![0]!;
  }
}
