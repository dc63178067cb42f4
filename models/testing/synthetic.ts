import { elementType, OnnxGraph } from '../onnx/graph.js';

/**
 * Small graphs shaped like detectors whose files are not here, for tests: each output is the constant it is given,
 * plus nothing times the picture, so that the picture is really read.
 */
export interface SyntheticOutput {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array | BigInt64Array;
}

export function syntheticDetector(outputs: readonly SyntheticOutput[], input: { readonly side?: number; readonly dims?: readonly (number | string | null)[]; readonly type?: number } = {}): OnnxGraph {
  const graph = OnnxGraph.empty(17);
  const side = input.side ?? null;
  graph.setInputs([{ name: 'images', type: input.type ?? elementType.float32, dims: input.dims ?? [1, 3, side ?? 'height', side ?? 'width'] }]);
  const sum = graph.add('ReduceMean', [input.type === elementType.uint8 ? graph.add('Cast', ['images'], { to: elementType.float32 }) : 'images'], { keepdims: 0 });
  const nothing = graph.add('Mul', [sum, graph.constant([], new Float32Array([0]))]);
  for (const { name, dims, values } of outputs) {
    const constant = graph.constant(dims, values);
    if (values instanceof Float32Array) graph.add('Add', [constant, nothing], {}, [name]);
    else graph.add('Add', [constant, graph.add('Cast', [nothing], { to: elementType.int64 })], {}, [name]);
  }
  graph.setOutputs(outputs.map(({ name, dims, values }) => ({ name, type: values instanceof Float32Array ? elementType.float32 : elementType.int64, dims })));
  return graph;
}
