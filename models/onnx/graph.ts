import { SightlineError } from '@sightline/runtime/errors';
import proto from 'onnx-proto';
import type { onnx } from 'onnx-proto';

/**
 * An ONNX graph that can be read, changed and written again.
 *
 *     const graph = OnnxGraph.parse(bytes, 'yolox.onnx');
 *     const doubled = graph.add('Mul', ['images', graph.constant([], new Float32Array([2]))]);
 *     await writeFile('changed.onnx', graph.encode());
 *
 * Format: https://github.com/onnx/onnx/blob/main/docs/IR.md
 */
export type Node = onnx.INodeProto;
export type TensorData = Float32Array | Int32Array | BigInt64Array | Uint8Array;
export type AttributeValue = number | string | readonly number[] | { readonly float: number };

export interface Constant {
  readonly dims: readonly number[];
  readonly data: TensorData;
}

/** A graph's input or output: dims are numbers, names of free dimensions, or null where the file says nothing. */
export interface Port {
  readonly name: string;
  readonly type: number;
  readonly dims: readonly (number | string | null)[] | null;
}

/** TensorProto.DataType numbers. */
export const elementType = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float16: 10 } as const;

const { AttributeProto, ModelProto, TensorProto } = proto.onnx;
const attributeType = AttributeProto.AttributeType;

/** Tensors that are added here; a graph that went through here once is parsed again without clashes. */
const ownPrefix = 'sightline/';

export class OnnxGraph {
  readonly #model: onnx.ModelProto;
  readonly #graph: onnx.IGraphProto;
  readonly #initializers = new Map<string, onnx.ITensorProto>();
  #fresh = 0;

  private constructor(model: onnx.ModelProto) {
    this.#model = model;
    this.#graph = model.graph!;
    for (const tensor of this.#graph.initializer ?? []) this.#initializers.set(tensor.name!, tensor);
    const names = [...this.#initializers.keys(), ...this.nodes.flatMap((node) => node.output!)];
    for (const name of names) if (name.startsWith(ownPrefix)) this.#fresh = Math.max(this.#fresh, Number(/_(\d+)$/.exec(name)?.[1] ?? 0) + 1);
  }

  static empty(opset: number): OnnxGraph {
    return new OnnxGraph(
      ModelProto.create({
        irVersion: 8,
        producerName: 'sightline',
        opsetImport: [{ domain: '', version: opset }],
        graph: { name: 'sightline', node: [], initializer: [], input: [], output: [] },
      }),
    );
  }

  /** Throws MODEL_INVALID when the bytes are not an ONNX model; `name` is what the message calls them. */
  static parse(bytes: Uint8Array, name: string): OnnxGraph {
    let model: onnx.ModelProto;
    try {
      model = ModelProto.decode(bytes);
    } catch (cause) {
      throw new SightlineError('MODEL_INVALID', `${name} (${bytes.length} bytes) is not an ONNX file, or it is cut off: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    }
    if (!model.graph || !model.graph.node?.length) throw new SightlineError('MODEL_INVALID', `${name} (${bytes.length} bytes) holds no ONNX graph`);
    return new OnnxGraph(model);
  }

  get nodes(): Node[] {
    return this.#graph.node!;
  }

  get opset(): number {
    for (const entry of this.#model.opsetImport ?? []) if (!entry.domain || entry.domain === 'ai.onnx') return Number(entry.version);
    return 1;
  }

  /** Inputs that are fed, without the initialisers that old files list among them. */
  get inputs(): Port[] {
    return (this.#graph.input ?? []).filter((port) => !this.#initializers.has(port.name!)).map(portOf);
  }

  get outputs(): Port[] {
    return (this.#graph.output ?? []).map(portOf);
  }

  /** Key–value notes that exporters leave, such as Ultralytics' `names`. */
  get notes(): ReadonlyMap<string, string> {
    return new Map((this.#model.metadataProps ?? []).map(({ key, value }) => [key ?? '', value ?? '']));
  }

  setInputs(ports: readonly Port[]): void {
    this.#graph.input = ports.map(protoOf);
  }

  setOutputs(ports: readonly Port[]): void {
    this.#graph.output = ports.map(protoOf);
  }

  producerOf(tensor: string): Node | undefined {
    return this.nodes.find((node) => node.output?.includes(tensor));
  }

  consumersOf(tensor: string): Node[] {
    return this.nodes.filter((node) => node.input?.includes(tensor));
  }

  isOutput(tensor: string): boolean {
    return this.#graph.output!.some((port) => port.name === tensor);
  }

  /** The value of an initialiser or of a Constant node, or undefined when the tensor is computed. */
  constantOf(tensor: string | undefined): Constant | undefined {
    if (!tensor) return undefined;
    const initializer = this.#initializers.get(tensor);
    if (initializer) return valueOf(initializer);
    const node = this.producerOf(tensor);
    if (node?.opType !== 'Constant') return undefined;
    const value = node.attribute?.find((attribute) => attribute.name === 'value')?.t;
    return value ? valueOf(value) : undefined;
  }

  /** Adds an initialiser and returns its name. */
  constant(dims: readonly number[], data: TensorData, name = this.#freshName('constant')): string {
    const dataType =
      data instanceof Float32Array ? elementType.float32 : data instanceof BigInt64Array ? elementType.int64 : data instanceof Int32Array ? elementType.int32 : elementType.uint8;
    const tensor: onnx.ITensorProto = { name, dims: [...dims], dataType, rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
    if (this.#initializers.has(name)) this.#graph.initializer = this.#graph.initializer!.filter((other) => other.name !== name);
    this.#graph.initializer!.push(tensor);
    this.#initializers.set(name, tensor);
    return name;
  }

  /** An int64 initialiser: shapes, axes, indices. */
  integers(values: readonly number[], scalar = false): string {
    return this.constant(scalar ? [] : [values.length], BigInt64Array.from(values.map(BigInt)));
  }

  /** Appends a node and returns its first output. */
  add(opType: string, input: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}, output: readonly string[] = [this.#freshName(opType.toLowerCase())]): string {
    this.nodes.push({
      opType,
      name: `${opType}_${output[0]!}`,
      input: [...input],
      output: [...output],
      attribute: Object.entries(attributes).map(([name, value]) => attributeOf(name, value)),
    });
    return output[0]!;
  }

  replaceUses(from: string, to: string): void {
    for (const node of this.nodes) node.input = node.input!.map((name) => (name === from ? to : name));
  }

  removeNodes(gone: ReadonlySet<Node>): void {
    this.#graph.node = this.nodes.filter((node) => !gone.has(node));
  }

  /** Drops what no output needs and puts the nodes in an order in which each comes after what it reads. */
  prune(): void {
    const producers = new Map<string, Node>();
    for (const node of this.nodes) for (const output of node.output!) producers.set(output, node);
    const ordered: Node[] = [];
    const done = new Set<Node>();
    const used = new Set<string>();
    const stack: { node: Node; next: number }[] = [];
    const visit = (tensor: string): void => {
      used.add(tensor);
      const node = producers.get(tensor);
      if (node && !done.has(node)) {
        done.add(node);
        stack.push({ node, next: 0 });
      }
    };
    for (const output of this.#graph.output!) {
      visit(output.name!);
      while (stack.length > 0) {
        const top = stack[stack.length - 1]!;
        if (top.next < top.node.input!.length) visit(top.node.input![top.next++]!);
        else ordered.push(stack.pop()!.node);
      }
    }
    this.#graph.node = ordered;
    this.#graph.initializer = this.#graph.initializer!.filter((tensor) => used.has(tensor.name!));
    this.#graph.valueInfo = [];
    for (const name of [...this.#initializers.keys()]) if (!used.has(name)) this.#initializers.delete(name);
  }

  encode(): Uint8Array {
    return ModelProto.encode(this.#model).finish();
  }

  #freshName(hint: string): string {
    return `${ownPrefix}${hint}_${this.#fresh++}`;
  }
}

/** A node's attribute as a number, or the fallback. */
export function numberAttribute(node: Node, name: string, fallback: number): number {
  const found = node.attribute?.find((attribute) => attribute.name === name);
  if (!found) return fallback;
  return found.type === attributeType.FLOAT ? found.f! : Number(found.i);
}

export function numbersAttribute(node: Node, name: string): number[] | undefined {
  return node.attribute?.find((attribute) => attribute.name === name)?.ints?.map(Number);
}

export function textAttribute(node: Node, name: string): string | undefined {
  const bytes = node.attribute?.find((attribute) => attribute.name === name)?.s;
  return bytes ? new TextDecoder().decode(bytes) : undefined;
}

export function setAttribute(node: Node, name: string, value: AttributeValue): void {
  node.attribute = [...(node.attribute ?? []).filter((attribute) => attribute.name !== name), attributeOf(name, value)];
}

function attributeOf(name: string, value: AttributeValue): onnx.IAttributeProto {
  if (typeof value === 'string') return { name, type: attributeType.STRING, s: new TextEncoder().encode(value) };
  if (typeof value === 'number') return { name, type: attributeType.INT, i: value };
  if ('float' in value) return { name, type: attributeType.FLOAT, f: value.float };
  return { name, type: attributeType.INTS, ints: [...value] };
}

function valueOf(tensor: onnx.ITensorProto): Constant | undefined {
  const dims = (tensor.dims ?? []).map(Number);
  const raw = tensor.rawData?.length ? Uint8Array.from(tensor.rawData).buffer : undefined;
  switch (tensor.dataType) {
    case TensorProto.DataType.FLOAT:
      return { dims, data: raw ? new Float32Array(raw) : Float32Array.from(tensor.floatData ?? []) };
    case TensorProto.DataType.INT64:
      return { dims, data: raw ? new BigInt64Array(raw) : BigInt64Array.from((tensor.int64Data ?? []).map((value) => BigInt(value.toString()))) };
    case TensorProto.DataType.INT32:
      return { dims, data: raw ? new Int32Array(raw) : Int32Array.from(tensor.int32Data ?? []) };
    case TensorProto.DataType.UINT8:
      return { dims, data: raw ? new Uint8Array(raw) : Uint8Array.from(tensor.int32Data ?? []) };
    default:
      return undefined;
  }
}

function portOf(port: onnx.IValueInfoProto): Port {
  const tensor = port.type?.tensorType;
  return {
    name: port.name!,
    type: tensor?.elemType ?? 0,
    dims: tensor?.shape?.dim?.map((dim) => (dim.dimParam ? dim.dimParam : dim.dimValue !== undefined && dim.dimValue !== null && Number(dim.dimValue) > 0 ? Number(dim.dimValue) : null)) ?? null,
  };
}

function protoOf(port: Port): onnx.IValueInfoProto {
  const shape = port.dims && { dim: port.dims.map((dim) => (typeof dim === 'number' ? { dimValue: dim } : typeof dim === 'string' ? { dimParam: dim } : {})) };
  return { name: port.name, type: { tensorType: { elemType: port.type, ...(shape && { shape }) } } };
}
