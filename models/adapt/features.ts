import { elementType, type OnnxGraph } from '../onnx/graph.js';

/**
 * Exposes one mid-level feature map as the output `features`, [1, channels, rows, columns]: pooled over a facing it tells
 * full from empty, pooled over the background it tells drift (docs/models.md).
 */
export const featuresOutput = 'features';

export function addFeatures(graph: OnnxGraph, tensor: string): void {
  graph.add('Identity', [tensor], {}, [featuresOutput]);
  graph.setOutputs([...graph.outputs, { name: featuresOutput, type: elementType.float32, dims: [1, null, null, null] }]);
}

/**
 * The backbone's last map of stride 16, where the graph is a feature pyramid: what the first upsampled map is joined with.
 * null when the graph is built otherwise.
 */
export function pyramidFeature(graph: OnnxGraph): string | null {
  for (const concat of graph.nodes) {
    if (concat.opType !== 'Concat' || concat.input!.length !== 2) continue;
    const upsampled = concat.input!.findIndex((input) => ['Resize', 'Upsample'].includes(graph.producerOf(input)?.opType ?? ''));
    if (upsampled >= 0) return concat.input![1 - upsampled]!;
  }
  return null;
}
