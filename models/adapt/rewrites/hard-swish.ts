import type { Node, OnnxGraph } from '../../onnx/graph.js';

/**
 * Hard sigmoids and hard swishes as convolutions with a fused Clip, so that ONNX Runtime stays in its blocked layout
 * (NCHWc) instead of reordering each tensor there and back around four elementwise passes. Exact: the constants are the
 * graph's own.
 *
 * - x ↦ x · a·relu6(x + 3): a depthwise 1×1 convolution clip(a·x + 3a, 0, 6a), and one product.
 * - a·relu6(conv(x) + 3): goes into the convolution's own weights.
 */
export function fuseHardSwish(graph: OnnxGraph): void {
  for (const clip of [...graph.nodes]) {
    const found = clip.opType === 'Clip' ? hardSigmoid(graph, clip) : null;
    if (!found) continue;
    if (found.kind === 'swish') replaceSwish(graph, found);
    else replaceSigmoid(graph, found);
  }
  graph.prune();
}

interface Swish {
  readonly kind: 'swish';
  readonly x: string;
  readonly producer: Node;
  readonly slope: number;
  readonly shift: number;
  readonly top: number;
  readonly output: string;
}

interface Sigmoid {
  readonly kind: 'sigmoid';
  readonly producer: Node;
  readonly slope: number;
  readonly shift: number;
  readonly top: number;
  readonly output: string;
}

/** Recognises relu6(x + 3) and what is done with it. Only values that a convolution makes are of use. */
function hardSigmoid(graph: OnnxGraph, clip: Node): Swish | Sigmoid | null {
  const low = scalar(graph, clip.input![1]);
  const high = scalar(graph, clip.input![2]);
  const add = graph.producerOf(clip.input![0]!);
  const readers = graph.consumersOf(clip.output![0]!);
  if (low !== 0 || high === null || add?.opType !== 'Add' || readers.length !== 1 || readers[0]!.opType !== 'Mul') return null;
  const [x, shift] = splitScalar(graph, add);
  const producer = x === null ? undefined : graph.producerOf(x);
  if (x === null || producer?.opType !== 'Conv' || !(graph.constantOf(producer.input![1])?.data instanceof Float32Array)) return null;
  const product = readers[0]!;
  const [other, slope] = splitScalar(graph, product);
  if (other === clip.output![0]!) {
    if (graph.consumersOf(x).length !== 1) return null;
    return { kind: 'sigmoid', producer, slope, shift, top: high, output: product.output![0]! };
  }
  const scaled = graph.producerOf(product.input!.find((name) => name !== clip.output![0]!)!);
  if (scaled?.opType !== 'Mul') return null;
  const [scaledX, scale] = splitScalar(graph, scaled);
  if (scaledX !== x) return null;
  return { kind: 'swish', x, producer, slope: scale, shift, top: high, output: product.output![0]! };
}

function replaceSwish(graph: OnnxGraph, { x, producer, slope, shift, top, output }: Swish): void {
  const channels = graph.constantOf(producer.input![1])!.dims[0]!;
  const gate = graph.add(
    'Conv',
    [x, graph.constant([channels, 1, 1, 1], new Float32Array(channels).fill(slope)), graph.constant([channels], new Float32Array(channels).fill(slope * shift))],
    { kernel_shape: [1, 1], group: channels, strides: [1, 1], pads: [0, 0, 0, 0] },
  );
  const clipped = graph.add('Clip', [gate, graph.constant([], new Float32Array([0])), graph.constant([], new Float32Array([slope * top]))]);
  graph.replaceUses(output, graph.add('Mul', [x, clipped]));
}

function replaceSigmoid(graph: OnnxGraph, { producer, slope, shift, top, output }: Sigmoid): void {
  const { dims, data } = graph.constantOf(producer.input![1])!;
  const bias = graph.constantOf(producer.input![2])?.data as Float32Array | undefined;
  producer.input![1] = graph.constant(dims, (data as Float32Array).map((value) => value * slope));
  producer.input![2] = graph.constant([dims[0]!], new Float32Array(dims[0]!).map((_, i) => ((bias?.[i] ?? 0) + shift) * slope));
  const clipped = graph.add('Clip', [producer.output![0]!, graph.constant([], new Float32Array([0])), graph.constant([], new Float32Array([slope * top]))]);
  graph.replaceUses(output, clipped);
}

/** The tensor and the scalar of an elementwise node of one of each; [null, NaN] otherwise. */
function splitScalar(graph: OnnxGraph, node: Node): [string | null, number] {
  const [a, b] = node.input as [string, string];
  const inA = scalar(graph, a);
  const inB = scalar(graph, b);
  if (inA !== null && inB === null) return [b, inA];
  if (inB !== null && inA === null) return [a, inB];
  return [null, NaN];
}

function scalar(graph: OnnxGraph, name: string | undefined): number | null {
  const constant = graph.constantOf(name);
  return constant?.data.length === 1 ? Number(constant.data[0]) : null;
}
