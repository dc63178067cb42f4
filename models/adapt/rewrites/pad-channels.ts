import { numberAttribute, setAttribute, type Node, type OnnxGraph } from '../../onnx/graph.js';

/** Convolutions whose number of channels the runtime's blocked layout cannot take (no multiple of 4) are widened with zeros. */
export function padChannels(graph: OnnxGraph): void {
  for (const conv of graph.nodes) {
    const weight = graph.constantOf(conv.opType === 'Conv' ? conv.input![1] : undefined);
    if (!weight || !(weight.data instanceof Float32Array) || weight.dims[0]! % blockedMultiple === 0 || numberAttribute(conv, 'group', 1) !== 1) continue;
    const chain = chainToConvolution(graph, conv.output![0]!);
    if (!chain) continue;
    const from = weight.dims[0]!;
    const to = Math.ceil(from / blockWidth) * blockWidth;
    growOutputs(graph, conv, to);
    for (const depthwise of chain.depthwise) {
      growOutputs(graph, depthwise, to);
      setAttribute(depthwise, 'group', to);
    }
    growInputs(graph, chain.end, from, to);
  }
}

const blockedMultiple = 4;
/** Lanes of the widest blocked layout (AVX-512); narrower ones divide it. */
const blockWidth = 16;

/** Follows ReLUs and depthwise convolutions, each read once, to the convolution that mixes the channels again. */
function chainToConvolution(graph: OnnxGraph, start: string): { depthwise: Node[]; end: Node } | null {
  const depthwise: Node[] = [];
  let at = start;
  for (;;) {
    const readers = graph.consumersOf(at);
    const node = readers[0];
    if (readers.length !== 1 || !node || graph.isOutput(at)) return null;
    const weight = graph.constantOf(node.opType === 'Conv' ? node.input![1] : undefined);
    if (node.opType !== 'Relu') {
      if (!weight || !(weight.data instanceof Float32Array)) return null;
      if (numberAttribute(node, 'group', 1) === 1) return { depthwise, end: node };
      if (weight.dims[1] !== 1 || weight.dims[0] !== numberAttribute(node, 'group', 1)) return null;
      depthwise.push(node);
    }
    at = node.output![0]!;
  }
}

function growOutputs(graph: OnnxGraph, conv: Node, to: number): void {
  const { dims, data } = graph.constantOf(conv.input![1])!;
  const grown = new Float32Array((data.length / dims[0]!) * to);
  grown.set(data as Float32Array);
  conv.input![1] = graph.constant([to, ...dims.slice(1)], grown);
  const bias = graph.constantOf(conv.input![2]);
  if (!bias) return;
  const wide = new Float32Array(to);
  wide.set(bias.data as Float32Array);
  conv.input![2] = graph.constant([to], wide);
}

function growInputs(graph: OnnxGraph, conv: Node, from: number, to: number): void {
  const { dims, data } = graph.constantOf(conv.input![1])!;
  const area = dims[2]! * dims[3]!;
  const grown = new Float32Array(dims[0]! * to * area);
  for (let o = 0; o < dims[0]!; o++) grown.set((data as Float32Array).subarray(o * from * area, (o + 1) * from * area), o * to * area);
  conv.input![1] = graph.constant([dims[0]!, to, dims[2]!, dims[3]!], grown);
}
