import type { OnnxGraph } from '../../onnx/graph.js';

/** relu(concat(a, b)) = concat(relu(a), relu(b)): the runtime fuses a ReLU into the convolution before it, not into a concatenation. */
export function reluBeforeConcat(graph: OnnxGraph): void {
  for (const relu of graph.nodes.filter((node) => node.opType === 'Relu')) {
    const concat = graph.producerOf(relu.input![0]!);
    if (concat?.opType !== 'Concat' || graph.consumersOf(concat.output![0]!).length !== 1 || graph.isOutput(concat.output![0]!)) continue;
    if (!concat.input!.some((input) => graph.producerOf(input)?.opType === 'Conv' && graph.consumersOf(input).length === 1)) continue;
    // The name of the activated tensor stays: features are read by it.
    graph.removeNodes(new Set([relu]));
    concat.input = concat.input!.map((input) => graph.add('Relu', [input]));
    concat.output = relu.output!;
  }
  graph.prune();
}
