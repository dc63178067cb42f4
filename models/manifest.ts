import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SightlineError } from '@sightline/runtime/errors';
import { z } from 'zod';

/**
 * What an installed model is: where it came from, what it sees, how its outputs are read. One JSON file beside the
 * adapted graph, `<models folder>/<name>/manifest.json`.
 */
export const heads = ['centernet', 'yolox', 'yolo', 'detr', 'ssd'] as const;
export type Head = (typeof heads)[number];

/** How the four box numbers of a candidate are meant; the first two count from the candidate's cell. */
export const boxForms = ['centernet-cell', 'yolox-cell', 'centre-pixels', 'centre-fractions', 'corner-pixels', 'corner-fractions'] as const;
export type BoxForm = (typeof boxForms)[number];

const sourceSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('npm'), package: z.string(), version: z.string(), files: z.array(z.string()).min(1) }),
  z.strictObject({ kind: z.literal('url'), url: z.string(), sha256: z.string().optional().describe('absent: nobody has published it; what came is recorded in originalSha256') }),
  z.strictObject({ kind: z.literal('file'), path: z.string() }),
]);

export const manifestSchema = z.strictObject({
  v: z.literal(1),
  /** Version of the code that adapted the graph; an older one is adapted anew from the original. */
  adapter: z.int(),
  name: z.string().min(1),
  title: z.string(),
  source: sourceSchema,
  licence: z.string(),
  /** sha256 of the file as it came. */
  originalSha256: z.string(),
  /** sha256 of the adapted graph: the model's version. */
  sha256: z.string(),
  file: z.string(),
  head: z.enum(heads),
  boxes: z.enum(boxForms),
  classes: z.array(z.string()).min(1),
  /** Sides of the input are multiples of this many pixels. */
  stride: z.int().positive(),
  /** Input sizes that were measured to be the best bargain, one per aspect. */
  sizes: z.array(z.tuple([z.int().positive(), z.int().positive()])).min(1),
  /** Set when the graph takes one size only. */
  fixedSize: z.boolean().default(false),
  /** Reported score = min(1, scale × the model's): makes models comparable. */
  scoreScale: z.number().positive().default(1),
  /** Tracker's floor and reporting threshold, on the rescaled score. */
  floor: z.number().min(0).max(1),
  report: z.number().min(0).max(1),
  /** Overlap (IoU) above which the weaker of two boxes of one class goes; 1 turns it off. */
  nms: z.number().min(0).max(1),
  /** Which tensor of the original the output `features` is; absent: the model serves neither shelves nor drift. */
  features: z.string().optional(),
});
export type Manifest = z.infer<typeof manifestSchema>;

export const manifestFile = 'manifest.json';

/** Raised whenever the same original would give another adapted graph or manifest. */
export const adapterVersion = 5;

/** Sizes whose aspect lies within this natural-log distance of the source's are taken as they are (about 10 %). */
const aspectTolerance = 0.1;

/**
 * The input size for a source of the given size in pixels: a measured size when one has about the source's aspect
 * (upright sources take it turned), else the same number of pixels at the source's aspect, sides multiples of stride.
 */
export function inputSizeFor(manifest: Pick<Manifest, 'sizes' | 'stride' | 'fixedSize'>, sourceWidth: number, sourceHeight: number): { width: number; height: number } {
  const aspect = sourceWidth / sourceHeight;
  const candidates = manifest.fixedSize ? manifest.sizes : manifest.sizes.flatMap(([w, h]): [number, number][] => [[w, h], [h, w]]);
  let best = candidates[0]!;
  for (const size of candidates) if (aspectDistance(size, aspect) < aspectDistance(best, aspect)) best = size;
  if (manifest.fixedSize || aspectDistance(best, aspect) <= aspectTolerance) return { width: best[0], height: best[1] };
  const budget = manifest.sizes.reduce((sum, [w, h]) => sum + w * h, 0) / manifest.sizes.length;
  const width = toStride(Math.sqrt(budget * aspect), manifest.stride);
  return { width, height: toStride(width / aspect, manifest.stride) };
}

/** Reads an installed model's manifest; MODEL_NOT_FOUND or MODEL_INVALID says what is wrong with it. */
export async function readManifest(folder: string): Promise<Manifest> {
  const file = path.join(folder, manifestFile);
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new SightlineError('MODEL_NOT_FOUND', `model "${path.basename(folder)}" is not installed: there is no ${file}`, { cause });
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SightlineError('MODEL_INVALID', `${file} is not JSON`, { cause, remedy: `remove the folder and install the model again` });
  }
  const parsed = manifestSchema.safeParse(value);
  if (!parsed.success) throw new SightlineError('MODEL_INVALID', `${file}: ${z.prettifyError(parsed.error)}`, { remedy: `remove the folder and install the model again` });
  return parsed.data;
}

function aspectDistance([w, h]: readonly [number, number], aspect: number): number {
  return Math.abs(Math.log(w / h / aspect));
}

/** At least two strides, so that every level of a pyramid has a cell, and at most 64 strides for ribbons of pictures. */
function toStride(pixels: number, stride: number): number {
  return Math.min(64, Math.max(2, Math.round(pixels / stride))) * stride;
}
