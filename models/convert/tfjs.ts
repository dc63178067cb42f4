import { SightlineError } from '@sightline/runtime/errors';
import { elementType, OnnxGraph } from '../onnx/graph.js';

/**
 * Converts a TensorFlow.js graph model (model.json + weights) to ONNX, NHWC to NCHW. Covers the operations that mobile
 * detectors are made of and refuses others by name.
 *
 *     const graph = convertTfjs(JSON.parse(json), weights, { outputs: ['tower_0/keypoints', 'tower_0/wh'] });
 *
 * The input becomes float32 [1, 3, height, width] with free height and width.
 */
export interface TfjsModel {
  readonly modelTopology: { readonly node: readonly TfjsNode[] };
  readonly weightsManifest: readonly { readonly weights: readonly TfjsWeight[] }[];
}

interface TfjsNode {
  readonly name: string;
  readonly op: string;
  readonly input?: readonly string[];
  readonly attr?: Readonly<Record<string, TfjsAttribute>>;
}

interface TfjsAttribute {
  readonly s?: string;
  readonly b?: boolean;
  readonly list?: { readonly i?: readonly string[]; readonly s?: readonly string[] };
}

interface TfjsWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string };
}

interface Weight {
  readonly shape: readonly number[];
  readonly data: Float32Array | Int32Array;
}

/** HardSigmoid and Resize as used here exist from 13; runtimes of the last four years know 17. */
const opset = 17;

export function convertTfjs(model: TfjsModel, weightBytes: Uint8Array, options: { readonly outputs: readonly string[] }): OnnxGraph {
  const weights = readWeights(model, weightBytes);
  const graph = OnnxGraph.empty(opset);
  const converter = new Converter(graph, weights);
  for (const node of model.modelTopology.node) if (node.op !== 'Const') converter.pending.set(node.name, node);
  for (const output of options.outputs) converter.convert(output);
  graph.setOutputs(options.outputs.map((name) => ({ name, type: elementType.float32, dims: [1, null, null, null] })));
  graph.prune();
  return graph;
}

class Converter {
  readonly pending = new Map<string, TfjsNode>();
  readonly #done = new Set<string>();

  constructor(
    readonly graph: OnnxGraph,
    readonly weights: ReadonlyMap<string, Weight>,
  ) {}

  /** Converts the node that makes a tensor and all it needs; depth is the graph's own, some hundreds at most. */
  convert(name: string): void {
    if (this.#done.has(name) || this.weights.has(name)) return;
    this.#done.add(name);
    const node = this.pending.get(name);
    if (!node) throw new SightlineError('MODEL_INVALID', `the TensorFlow.js graph has no node "${name}"`);
    const inputs = (node.input ?? []).filter((input) => !input.startsWith('^'));
    for (const input of inputs) if (!this.weights.has(input)) this.convert(input);
    this.#emit(node, inputs);
  }

  #emit(node: TfjsNode, inputs: readonly string[]): void {
    const { graph } = this;
    const out = [node.name];
    switch (node.op) {
      case 'Placeholder':
        graph.setInputs([...graph.inputs, { name: node.name, type: elementType.float32, dims: [1, 3, 'height', 'width'] }]);
        return;
      case '_FusedConv2D':
      case 'Conv2D':
        return this.#convolution(node, inputs, false);
      case 'FusedDepthwiseConv2dNative':
      case 'DepthwiseConv2dNative':
        return this.#convolution(node, inputs, true);
      case 'Add':
      case 'AddV2':
        graph.add('Add', inputs.map((input) => this.#operand(input)), {}, out);
        return;
      case 'Mul':
        graph.add('Mul', inputs.map((input) => this.#operand(input)), {}, out);
        return;
      case 'Relu6':
        graph.add('Clip', [inputs[0]!, graph.constant([], new Float32Array([0])), graph.constant([], new Float32Array([6]))], {}, out);
        return;
      case 'Relu':
      case 'Sigmoid':
      case 'Identity':
        graph.add(node.op, [inputs[0]!], {}, out);
        return;
      case 'Mean':
        this.#expectConstant(node, inputs[1]!, [1, 2]);
        graph.add('GlobalAveragePool', [inputs[0]!], {}, out);
        return;
      case 'ConcatV2':
        this.#expectConstant(node, inputs[inputs.length - 1]!, [3]);
        graph.add('Concat', inputs.slice(0, -1), { axis: 1 }, out);
        return;
      case 'ResizeBilinear':
        return this.#doubled(node, inputs);
      default:
        throw new SightlineError('MODEL_INVALID', `the TensorFlow.js graph uses ${node.op} (node "${node.name}"), which is not one of the operations that can be converted`);
    }
  }

  #convolution(node: TfjsNode, inputs: readonly string[], depthwise: boolean): void {
    const { graph } = this;
    const weight = this.#weight(inputs[1]!);
    const fused = (node.attr?.['fused_ops']?.list?.s ?? []).map(fromBase64);
    const strides = (node.attr?.['strides']?.list?.i ?? []).map(Number);
    if ((node.attr?.['dilations']?.list?.i ?? []).some((dilation) => dilation !== '1')) throw new SightlineError('MODEL_INVALID', `node "${node.name}" is dilated, which is not converted`);
    const biased = fused[0] === 'BiasAdd';
    const activation = fused[biased ? 1 : 0];
    const kernel = depthwise ? transpose(weight, [2, 3, 0, 1]) : transpose(weight, [3, 2, 0, 1]);
    const feeds = [inputs[0]!, graph.constant(kernel.shape, kernel.data, inputs[1])];
    if (biased) feeds.push(this.#operandVector(inputs[2]!));
    const linear = activation ? `${node.name}/linear` : node.name;
    graph.add(
      'Conv',
      feeds,
      {
        kernel_shape: kernel.shape.slice(2),
        strides: [strides[1] ?? 1, strides[2] ?? 1],
        group: depthwise ? weight.shape[2]! : 1,
        // TensorFlow's SAME puts the odd pixel of padding at the end.
        auto_pad: fromBase64(node.attr?.['padding']?.s ?? '') === 'SAME' ? 'SAME_UPPER' : 'VALID',
      },
      [linear],
    );
    if (!activation) return;
    if (activation === 'Relu') graph.add('Relu', [linear], {}, [node.name]);
    else throw new SightlineError('MODEL_INVALID', `node "${node.name}" has the fused activation ${activation}, which is not converted`);
  }

  /** The sizes in the file are those of one input size; what is meant is twice the input's. */
  #doubled(node: TfjsNode, inputs: readonly string[]): void {
    const { graph } = this;
    if (node.attr?.['align_corners']?.b || node.attr?.['half_pixel_centers']?.b) throw new SightlineError('MODEL_INVALID', `node "${node.name}" resizes by corners or half pixels, which is not converted`);
    const scales = graph.constant([4], new Float32Array([1, 1, 2, 2]));
    graph.add('Resize', [inputs[0]!, '', scales], { mode: 'linear', coordinate_transformation_mode: 'asymmetric' }, [node.name]);
  }

  #operand(input: string): string {
    const weight = this.weights.get(input);
    if (!weight) return input;
    if (weight.shape.length > 0) throw new SightlineError('MODEL_INVALID', `constant "${input}" of shape [${weight.shape.join(', ')}] in an elementwise operation is not converted`);
    return this.graph.constantOf(input) ? input : this.graph.constant([], weight.data, input);
  }

  #operandVector(input: string): string {
    const weight = this.#weight(input);
    return this.graph.constant(weight.shape, weight.data, input);
  }

  #weight(name: string): Weight {
    const weight = this.weights.get(name);
    if (!weight) throw new SightlineError('MODEL_INVALID', `the weights lack "${name}"`);
    return weight;
  }

  #expectConstant(node: TfjsNode, input: string, expected: readonly number[]): void {
    const values = [...this.#weight(input).data];
    if (values.join() !== expected.join()) throw new SightlineError('MODEL_INVALID', `node "${node.name}" (${node.op}) works along [${values.join(', ')}]; only [${expected.join(', ')}] is converted`);
  }
}

function readWeights(model: TfjsModel, bytes: Uint8Array): Map<string, Weight> {
  const weights = new Map<string, Weight>();
  let at = 0;
  for (const { name, shape, dtype, quantization } of model.weightsManifest.flatMap((group) => group.weights)) {
    const count = shape.reduce((product, side) => product * side, 1);
    const stored = quantization?.dtype ?? dtype;
    const size = count * (stored === 'float16' ? 2 : 4);
    if (stored !== 'float16' && stored !== 'float32' && stored !== 'int32') throw new SightlineError('MODEL_INVALID', `weight "${name}" is stored as ${stored}, which is not converted`);
    if (at + size > bytes.length) throw new SightlineError('MODEL_INVALID', `the weights end at byte ${bytes.length}, but "${name}" reaches to ${at + size}: the file is cut off`);
    const raw = Uint8Array.from(bytes.subarray(at, at + size)).buffer;
    weights.set(name, { shape, data: stored === 'float16' ? fromHalf(new Uint16Array(raw)) : stored === 'int32' ? new Int32Array(raw) : new Float32Array(raw) });
    at += size;
  }
  return weights;
}

/** IEEE 754 binary16 to binary32. */
function fromHalf(halves: Uint16Array): Float32Array {
  return Float32Array.from(halves, (half) => {
    const sign = half & 0x8000 ? -1 : 1;
    const exponent = (half >> 10) & 31;
    const fraction = half & 1023;
    if (exponent === 0) return sign * fraction * 2 ** -24;
    if (exponent === 31) return fraction ? NaN : sign * Infinity;
    return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
  });
}

function transpose({ shape, data }: Weight, order: readonly [number, number, number, number]): Weight {
  const strides = [shape[1]! * shape[2]! * shape[3]!, shape[2]! * shape[3]!, shape[3]!, 1];
  const turned = order.map((axis) => shape[axis]!);
  const [s0, s1, s2, s3] = order.map((axis) => strides[axis]!) as [number, number, number, number];
  const out = new Float32Array(data.length);
  let at = 0;
  for (let a = 0; a < turned[0]!; a++)
    for (let b = 0; b < turned[1]!; b++)
      for (let c = 0; c < turned[2]!; c++) for (let d = 0; d < turned[3]!; d++) out[at++] = data[a * s0 + b * s1 + c * s2 + d * s3]!;
  return { shape: turned, data: out };
}

function fromBase64(text: string): string {
  return Buffer.from(text, 'base64').toString('latin1');
}
