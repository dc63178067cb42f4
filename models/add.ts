import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { download } from '@sightline/runtime/download';
import { SightlineError } from '@sightline/runtime/errors';
import { addFeatures, pyramidFeature } from './adapt/features.js';
import { recogniseHead, type RecognisedHead } from './adapt/heads.js';
import { adaptInput, expectPictureInput, imagenetRgb, plainBgr, plainRgb, unitRgb, type PixelConvention } from './adapt/input.js';
import { makeFaster } from './adapt/rewrites/faster.js';
import { checkModel, type ModelCheck } from './check/check.js';
import { coco80, coco91 } from './classes.js';
import type { Manifest } from './manifest.js';
import { OnnxGraph } from './onnx/graph.js';
import { catalogued, defaultModelsFolder, writeModel, type ReportProgress } from './registry.js';

/**
 * Adds any ONNX detector with a known head: recognises it by its outputs, adapts the graph, tries it on a picture, and
 * installs it. Throws MODEL_INVALID with exactly what does not fit; nothing is installed then.
 *
 *     const { manifest, check, notes } = await addModel({ file: 'yolo11n.onnx' });
 */
export interface AddModelOptions {
  /** A file … */
  readonly file?: string;
  /** … or an address. */
  readonly url?: string;
  readonly sha256?: string;
  /** Default: the file's name without its ending. */
  readonly name?: string;
  /** In the model's order. Default: what the file says, else COCO's where the number fits. */
  readonly classes?: readonly string[];
  /** How the model wants its pixels, where the default for its head is wrong. */
  readonly pixels?: keyof typeof conventions;
  readonly licence?: string;
  readonly folder?: string;
  readonly reportProgress?: ReportProgress;
}

export interface AddedModel {
  readonly manifest: Manifest;
  readonly check: ModelCheck;
  /** What a person should know: what was assumed, and what would make the model faster. */
  readonly notes: readonly string[];
}

export const conventions = { 'rgb-255': plainRgb, 'bgr-255': plainBgr, 'rgb-1': unitRgb, imagenet: imagenetRgb } as const satisfies Record<string, PixelConvention>;

/** Sizes tried for a model that takes any: what the YOLO family is trained at, at the two common aspects. */
const freeSizes: [number, number][] = [
  [640, 384],
  [640, 480],
];
/** Deepest level of every pyramid here. */
const pyramidStride = 32;
/** Floor and report of models that nobody has measured yet. */
const unmeasured = { floor: 0.1, report: 0.45 };

export async function addModel(options: AddModelOptions): Promise<AddedModel> {
  const { folder = defaultModelsFolder(), reportProgress } = options;
  const { original, name, source } = await fetchOriginal(options, folder);
  const graph = OnnxGraph.parse(original, name);
  const picture = expectPictureInput(graph, name);
  if (graph.opset < 11) throw new SightlineError('MODEL_INVALID', `${name} uses ONNX operator set ${graph.opset}; at least 11 is needed, export it anew`);
  const classesSaid = options.classes ?? namesIn(graph);
  const head = recogniseHead(graph, { name, classCount: classesSaid?.length });
  const classes = classNames(name, head, classesSaid);
  const fixed = picture.width !== null && picture.height !== null && head.head !== 'yolox' ? { width: picture.width, height: picture.height } : undefined;
  const features = pyramidFeature(graph);

  reportProgress?.({ what: `adapting ${name}` });
  makeFaster(graph);
  head.adapt(graph);
  adaptInput(graph, options.pixels ? conventions[options.pixels] : head.pixels, fixed);
  if (features) addFeatures(graph, features);
  graph.prune();
  const adapted = graph.encode();

  const entry = {
    name,
    title: name,
    source,
    licence: options.licence ?? 'unknown: see where it comes from',
    head: head.head,
    boxes: head.boxes,
    classes: [...classes],
    stride: fixed ? 1 : pyramidStride,
    sizes: fixed ? [[fixed.width, fixed.height] as [number, number]] : freeSizes,
    fixedSize: fixed !== undefined,
    scoreScale: 1,
    ...unmeasured,
    nms: head.nms,
    ...(features && { features }),
  };
  reportProgress?.({ what: `trying ${name} on a picture` });
  const check = await checkModel(adapted, entry);
  const manifest = await writeModel(folder, { ...entry, boxes: check.boxes }, original, adapted);
  return { manifest, check, notes: [...notesOn(head, fixed, features, options.pixels), ...check.doubts] };
}

async function fetchOriginal({ file, url, sha256, name, reportProgress }: AddModelOptions, folder: string): Promise<{ original: Uint8Array; name: string; source: Manifest['source'] }> {
  if ((file === undefined) === (url === undefined)) throw new SightlineError('USAGE', 'a model is added from a file or from an address, one of the two');
  const plain = path.basename(file ?? new URL(url!).pathname);
  if (!plain.toLowerCase().endsWith('.onnx')) throw new SightlineError('MODEL_INVALID', `${file ?? url} does not end in .onnx; models are added as ONNX files`, { remedy: 'export the model to ONNX first (its own project says how)' });
  const called = name ?? plain.slice(0, -'.onnx'.length);
  if (!/^[\p{L}\p{N}][\p{L}\p{N}\p{M}._-]{0,63}$/u.test(called) || called === 'default') throw new SightlineError('USAGE', `a model cannot be called "${called}": letters and digits, with . _ or - inside, not "default"`, { remedy: 'choose another with --name' });
  if (catalogued(called)) throw new SightlineError('USAGE', `"${called}" is the name of a model of the catalogue`, { remedy: 'install that one by its name, or choose another name with --name' });
  if (file !== undefined) {
    const original = await readFile(file).catch((cause: unknown) => {
      throw new SightlineError('MODEL_NOT_FOUND', `there is no file at ${file} that can be read`, { cause, remedy: 'check the path' });
    });
    return { original, name: called, source: { kind: 'file', path: path.resolve(file) } };
  }
  const to = path.join(folder, '.downloads', `${called}.onnx`);
  const came = await download({ what: called, to, sources: [{ url: url! }], sha256, onProgress: ({ share }) => reportProgress?.({ what: `fetching ${called}`, ...(share !== null && { share }) }) });
  const original = await readFile(to);
  await rm(to);
  return { original, name: called, source: { kind: 'url', url: url!, sha256: came.sha256 } };
}

/** Ultralytics writes `{0: 'person', 1: 'bicycle'}` into its files. */
function namesIn(graph: OnnxGraph): string[] | undefined {
  const text = graph.notes.get('names');
  if (!text) return undefined;
  const names: string[] = [];
  for (const [, index, single, double] of text.matchAll(/(\d+)\s*:\s*(?:'([^']*)'|"([^"]*)")/g)) names[Number(index)] = single ?? double ?? '';
  return names.length > 0 ? Array.from(names, (name) => name ?? '') : undefined;
}

function classNames(name: string, { classCount, firstClass, description }: RecognisedHead, said: readonly string[] | undefined): readonly string[] {
  if (said) {
    if (classCount !== null && said.length !== classCount) throw new SightlineError('MODEL_INVALID', `${name} (${description}) tells ${classCount} classes apart, but ${said.length} names were given`, { remedy: 'give one name per class, in the order of training' });
    return firstClass === 1 ? ['', ...said] : said;
  }
  if (classCount === 91 || (classCount === null && firstClass === 1)) return coco91;
  if (classCount === 80 || classCount === null) return coco80;
  throw new SightlineError('MODEL_INVALID', `${name} (${description}) tells ${classCount} classes apart and does not say what they are called`, { remedy: 'name them with --classes FILE, one a line, in the order of training' });
}

function notesOn(head: RecognisedHead, fixed: { width: number; height: number } | undefined, features: string | null, pixels: string | undefined): string[] {
  const notes: string[] = [`recognised as ${head.description}`];
  if (fixed) notes.push(`it takes ${fixed.width}×${fixed.height} only: pictures of another aspect are stretched. Export it with free height and width to spare the pixels`);
  if (!features) notes.push('no feature map was found in it: shelves and drift need another model');
  if (!pixels && head.head !== 'yolox' && head.head !== 'centernet') notes.push('pixel range is what this head usually wants; when it sees little, give another with --pixels');
  notes.push('its thresholds are guesses until `sightline eval` has measured it');
  return notes;
}
