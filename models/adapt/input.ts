import { SightlineError } from '@sightline/runtime/errors';
import { elementType, numberAttribute, numbersAttribute, setAttribute, textAttribute, type Node, type OnnxGraph } from '../onnx/graph.js';

/**
 * Gives a graph the input that ingest delivers: uint8 [1, height, width, 3], RGB (architecture rule 7). Cast, layout,
 * channel order and normalisation become nodes, or vanish into the weights of the first convolution.
 */
export interface PixelConvention {
  readonly order: 'rgb' | 'bgr';
  /** What the model wants is pixel × scale + offset, per channel in the model's order. */
  readonly scale: readonly [number, number, number];
  readonly offset: readonly [number, number, number];
}

/** 0..255 as they are. */
export const plainRgb: PixelConvention = { order: 'rgb', scale: [1, 1, 1], offset: [0, 0, 0] };
export const plainBgr: PixelConvention = { ...plainRgb, order: 'bgr' };
/** 0..1, as the YOLO family and most DETRs want them. */
export const unitRgb: PixelConvention = { order: 'rgb', scale: [1 / 255, 1 / 255, 1 / 255], offset: [0, 0, 0] };
/** ImageNet's mean and deviation, as torchvision and RF-DETR want them. */
export const imagenetRgb: PixelConvention = {
  order: 'rgb',
  scale: [1 / 255 / 0.229, 1 / 255 / 0.224, 1 / 255 / 0.225],
  offset: [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225],
};

export const pixelsInput = 'pixels';

/**
 * `size` bakes one input size in; without it height and width stay free. The input `pixels` is uint8: [1, 1, height,
 * 3 × width] (rows of interleaved channels) where only convolutions read the picture, else [1, height, width, 3]. Both
 * are the same bytes; `pixelShape` gives the one that a graph wants.
 */
export function adaptInput(graph: OnnxGraph, convention: PixelConvention, size?: { readonly width: number; readonly height: number }): void {
  const input = graph.inputs[0]!;
  if (input.type === elementType.uint8) {
    graph.setInputs([{ ...input, name: pixelsInput }]);
    graph.replaceUses(input.name, pixelsInput);
    return;
  }
  foldFocus(graph, input.name);
  const readers = foldableReaders(graph, input.name, convention);
  if (readers) {
    graph.setInputs([{ name: pixelsInput, type: elementType.uint8, dims: [1, 1, size?.height ?? 'height', size ? 3 * size.width : 'row'] }]);
    for (const conv of readers) readInterleaved(graph, conv, convention);
    graph.replaceUses(input.name, graph.add('Cast', [pixelsInput], { to: elementType.float32 }));
  } else {
    graph.setInputs([{ name: pixelsInput, type: elementType.uint8, dims: [1, size?.height ?? 'height', size?.width ?? 'width', 3] }]);
    const planes = graph.add('Cast', [graph.add('Transpose', [pixelsInput], { perm: [0, 3, 1, 2] })], { to: elementType.float32 });
    graph.replaceUses(input.name, normalised(graph, planes, convention));
  }
}

function normalised(graph: OnnxGraph, planes: string, { order, scale, offset }: PixelConvention): string {
  let out = planes;
  if (order === 'bgr') out = graph.add('Gather', [out, graph.integers([2, 1, 0])], { axis: 1 });
  if (scale.some((value) => value !== 1)) out = graph.add('Mul', [out, graph.constant([1, 3, 1, 1], Float32Array.from(scale))]);
  if (offset.some((value) => value !== 0)) out = graph.add('Add', [out, graph.constant([1, 3, 1, 1], Float32Array.from(offset))]);
  return out;
}

/**
 * The convolutions that read the input, when nothing else does and they can take interleaved pixels. Channel order and
 * scale go into their weights. An offset cannot: at the edge, the padding is zero after it, not before.
 */
function foldableReaders(graph: OnnxGraph, input: string, { offset }: PixelConvention): Node[] | null {
  const readers = graph.consumersOf(input);
  if (offset.some((value) => value !== 0) || readers.length === 0) return null;
  const foldable = (node: Node): boolean => {
    const autoPad = textAttribute(node, 'auto_pad') ?? 'NOTSET';
    const plain = node.opType === 'Conv' && node.input![0] === input && numberAttribute(node, 'group', 1) === 1 && (numbersAttribute(node, 'dilations') ?? []).every((dilation) => dilation === 1);
    return plain && ['NOTSET', 'VALID', 'SAME_UPPER'].includes(autoPad) && graph.constantOf(node.input![1])?.data instanceof Float32Array;
  };
  return readers.every(foldable) ? readers : null;
}

/**
 * A convolution over three planes is one over a single plane of interleaved channels, three times as wide with three
 * times the step: no transposition. Sides are multiples of the stride, so SAME_UPPER pads kernel − step at the end.
 */
function readInterleaved(graph: OnnxGraph, conv: Node, { order, scale }: PixelConvention): void {
  const { dims, data } = graph.constantOf(conv.input![1])!;
  const [outputs, channels, kh, kw] = dims as [number, number, number, number];
  const [down, across] = (numbersAttribute(conv, 'strides') ?? [1, 1]) as [number, number];
  const wide = new Float32Array(data.length);
  for (let o = 0; o < outputs; o++)
    for (let c = 0; c < channels; c++) {
      const at = order === 'bgr' ? 2 - c : c;
      for (let y = 0; y < kh; y++) for (let x = 0; x < kw; x++) wide[((o * kh + y) * kw + x) * 3 + at] = (data as Float32Array)[((o * channels + c) * kh + y) * kw + x]! * scale[c]!;
    }
  const pads = (textAttribute(conv, 'auto_pad') ?? 'NOTSET') === 'SAME_UPPER' ? sameUpper(kh, kw, down, across) : (numbersAttribute(conv, 'pads') ?? [0, 0, 0, 0]);
  conv.input![1] = graph.constant([outputs, 1, kh, 3 * kw], wide);
  setAttribute(conv, 'kernel_shape', [kh, 3 * kw]);
  setAttribute(conv, 'strides', [down, 3 * across]);
  setAttribute(conv, 'auto_pad', 'NOTSET');
  setAttribute(conv, 'pads', [pads[0]!, 3 * pads[1]!, pads[2]!, 3 * pads[3]!]);
}

function sameUpper(kh: number, kw: number, down: number, across: number): [number, number, number, number] {
  const rows = Math.max(0, kh - down);
  const columns = Math.max(0, kw - across);
  return [Math.floor(rows / 2), Math.floor(columns / 2), Math.ceil(rows / 2), Math.ceil(columns / 2)];
}

/** The dims under which a graph takes a frame. */
export function pixelShape(interleaved: boolean, width: number, height: number): number[] {
  return interleaved ? [1, 1, height, 3 * width] : [1, height, width, 3];
}

/**
 * YOLOX and YOLOv5 begin by taking the picture apart into four half-size ones (Focus: eight strided slices and a
 * concatenation) before a k×k convolution. That is one 2k×2k convolution of stride 2 on the picture itself.
 */
export function foldFocus(graph: OnnxGraph, input: string): boolean {
  const concat = graph.nodes.find((node) => node.opType === 'Concat' && node.input!.length === 4 && node.input!.every((name) => sliceOffsets(graph, name, input)));
  if (!concat) return false;
  const readers = graph.consumersOf(concat.output![0]!);
  const conv = readers[0];
  if (readers.length !== 1 || conv?.opType !== 'Conv' || numberAttribute(conv, 'group', 1) !== 1) return false;
  const weight = graph.constantOf(conv.input![1]);
  const pads = numbersAttribute(conv, 'pads') ?? [0, 0, 0, 0];
  const strides = numbersAttribute(conv, 'strides') ?? [1, 1];
  if (!weight || weight.dims[1] !== 12 || strides.some((stride) => stride !== 1)) return false;
  const [outputs, , kh, kw] = weight.dims as [number, number, number, number];
  const wide = new Float32Array(outputs * 3 * 4 * kh * kw);
  concat.input!.forEach((name, slot) => {
    const [dy, dx] = sliceOffsets(graph, name, input)!;
    for (let o = 0; o < outputs; o++)
      for (let c = 0; c < 3; c++)
        for (let y = 0; y < kh; y++)
          for (let x = 0; x < kw; x++) {
            wide[((o * 3 + c) * 2 * kh + 2 * y + dy) * 2 * kw + 2 * x + dx] = (weight.data as Float32Array)[((o * 12 + slot * 3 + c) * kh + y) * kw + x]!;
          }
  });
  conv.input![0] = input;
  conv.input![1] = graph.constant([outputs, 3, 2 * kh, 2 * kw], wide);
  setAttribute(conv, 'kernel_shape', [2 * kh, 2 * kw]);
  setAttribute(conv, 'strides', [2, 2]);
  setAttribute(conv, 'pads', pads.map((pad) => 2 * pad));
  graph.prune();
  return true;
}

/** Where a chain of slices of step 2 begins in the picture: [row, column], each 0 or 1; null when it is anything else. */
function sliceOffsets(graph: OnnxGraph, name: string, input: string): [number, number] | null {
  const offsets = new Map<number, number>();
  let at = name;
  while (at !== input) {
    const node = graph.producerOf(at);
    if (!isSlice(node)) return null;
    const [starts, axes, steps] = [node.input![1], node.input![3], node.input![4]].map((constant) => graph.constantOf(constant)?.data);
    if (!starts || !axes || !steps || starts.length !== 1 || Number(steps[0]) !== 2) return null;
    offsets.set(Number(axes[0]), Number(starts[0]));
    at = node.input![0]!;
  }
  const row = offsets.get(2);
  const column = offsets.get(3);
  return offsets.size === 2 && (row === 0 || row === 1) && (column === 0 || column === 1) ? [row, column] : null;
}

function isSlice(node: Node | undefined): node is Node {
  return node?.opType === 'Slice' && node.input!.length === 5;
}

/** Size and batch that a graph's picture input has baked in, each null where it is free. */
export interface PictureInput {
  readonly width: number | null;
  readonly height: number | null;
}

/** Throws MODEL_INVALID for what cannot be fed a picture: says the input that was found and the one that is needed. */
export function expectPictureInput(graph: OnnxGraph, name: string): PictureInput {
  answerSizeQuestion(graph);
  const inputs = graph.inputs;
  const said = inputs.map((port) => `"${port.name}" [${port.dims?.map((dim) => dim ?? '?').join(', ') ?? '?'}]`).join(', ');
  const refuse = (why: string): SightlineError => new SightlineError('MODEL_INVALID', `${name}: ${why}; a detector takes one picture, float32 [1, 3, height, width] or uint8 [1, height, width, 3]`);
  const [input] = inputs;
  if (inputs.length !== 1 || !input?.dims) throw refuse(inputs.length === 1 ? `the shape of its input ${said} is unknown` : `it takes ${inputs.length} inputs (${said})`);
  const side = (at: number): number | null => (typeof input.dims![at] === 'number' ? input.dims![at] : null);
  if (input.dims.length !== 4) throw refuse(`its input ${said} is no picture`);
  if ((side(0) ?? 1) !== 1) throw refuse(`its input ${said} takes ${side(0)} pictures at once; export it with a batch of 1`);
  if (input.type === elementType.uint8 && side(3) === 3) return { height: side(1), width: side(2) };
  if (input.type !== elementType.float32) throw refuse(`its input ${said} has element type ${input.type}; export it in full precision`);
  if ((side(1) ?? 3) !== 3) throw refuse(`its input ${said} has ${side(1)} channels${side(3) === 3 ? ', or is laid out NHWC; export it as NCHW' : ''}`);
  return { height: side(2), width: side(3) };
}

/** RT-DETR and D-FINE ask for the picture's size as a second input, to scale boxes by: 1 × 1 keeps them fractions. */
function answerSizeQuestion(graph: OnnxGraph): void {
  const [picture, size] = graph.inputs;
  if (graph.inputs.length !== 2 || size?.name !== 'orig_target_sizes') return;
  const ones = size.type === elementType.float32 ? new Float32Array([1, 1]) : new BigInt64Array([1n, 1n]);
  graph.setInputs([picture!]);
  graph.constant([1, 2], ones, size.name);
}
