import { numbersAttribute, setAttribute, type Node, type OnnxGraph } from '../../onnx/graph.js';

/**
 * Spatial pyramid pooling takes maxima over 5×5, 9×9 and 13×13 of one tensor. A 9×9 maximum is the 5×5 maximum of 5×5
 * maxima, so each pool can read the one before it: the same values for a third of the comparisons.
 */
export function chainPools(graph: OnnxGraph): void {
  const bySource = new Map<string, { node: Node; side: number }[]>();
  for (const node of graph.nodes) {
    const side = centredSide(node);
    if (side === null) continue;
    const source = node.input![0]!;
    bySource.set(source, [...(bySource.get(source) ?? []), { node, side }]);
  }
  for (const pools of bySource.values()) {
    pools.sort((a, b) => a.side - b.side);
    for (let i = 1; i < pools.length; i++) {
      const { node, side } = pools[i]!;
      const rest = side - pools[i - 1]!.side + 1;
      node.input![0] = pools[i - 1]!.node.output![0]!;
      setAttribute(node, 'kernel_shape', [rest, rest]);
      setAttribute(node, 'pads', [0, 0, 0, 0].map(() => (rest - 1) / 2));
    }
  }
  graph.prune();
}

/** The side of an odd square pool of step 1 that keeps the size, or null. */
function centredSide(node: Node): number | null {
  if (node.opType !== 'MaxPool' || node.output!.length !== 1) return null;
  const [height, width] = numbersAttribute(node, 'kernel_shape') ?? [];
  const strides = numbersAttribute(node, 'strides') ?? [1, 1];
  const dilations = numbersAttribute(node, 'dilations') ?? [1, 1];
  const pads = numbersAttribute(node, 'pads') ?? [];
  if (!height || height !== width || height % 2 === 0 || [...strides, ...dilations].some((value) => value !== 1)) return null;
  return pads.length === 4 && pads.every((pad) => pad === (height - 1) / 2) ? height : null;
}
