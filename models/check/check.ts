import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import { SightlineError } from '@sightline/runtime/errors';
import type { Box } from '@sightline/schemas';
import ort from 'onnxruntime-node';
import { candidateRows, candidatesOutput } from '../adapt/candidates.js';
import { pixelShape, pixelsInput } from '../adapt/input.js';
import { boxesOf, type ScoredBox } from '../inference/boxes.js';
import { sessionOptions } from '../inference/session.js';
import { inputSizeFor, type BoxForm, type Manifest } from '../manifest.js';

/**
 * Tries an adapted model on a real picture of two people before it is installed. The picture is cut from OpenCV's
 * sample `vtest.avi` (Apache-2.0).
 */
export interface ModelCheck {
  /** What it saw, strongest first. */
  readonly seen: readonly { readonly cls: string; readonly score: number; readonly box: Box }[];
  /** Of the two people in the picture; null when the model knows no people. */
  readonly peopleFound: number | null;
  /** The box form that fits what came out: fractions or pixels is seen only here. */
  readonly boxes: BoxForm;
  readonly doubts: readonly string[];
}

type Checkable = Pick<Manifest, 'name' | 'classes' | 'sizes' | 'stride' | 'fixedSize' | 'boxes' | 'scoreScale' | 'nms'>;

export const checkPicture = { width: 320, height: 240 } as const;
/** Where the two people stand, fractions of the picture. */
const people: readonly Box[] = [
  { x: 0.056, y: 0.4125, w: 0.103, h: 0.37 },
  { x: 0.809, y: 0.158, w: 0.097, h: 0.313 },
];
/** A box that overlaps a person this much has found it. */
const found = 0.4;
const leastScore = 0.1;
/** Boxes beyond 1.5 cannot be fractions of the picture. */
const largestFraction = 1.5;

export async function checkModel(adapted: Uint8Array, manifest: Checkable): Promise<ModelCheck> {
  const { width, height } = inputSizeFor(manifest, checkPicture.width, checkPicture.height);
  const candidates = await runOnce(adapted, manifest.name, width, height);
  const boxes = boxForm(candidates, manifest.boxes);
  const rules = { ...manifest, boxes, classCount: manifest.classes.length };
  const seen = boxesOf(candidates, rules, width, height, leastScore).sort((a, b) => b.score - a.score);
  const person = manifest.classes.indexOf('person');
  const peopleFound = person < 0 ? null : people.filter((truth) => seen.some((box) => box.classIndex === person && overlap(box, truth) >= found)).length;
  return {
    seen: seen.map(({ x, y, w, h, score, classIndex }) => ({ cls: manifest.classes[classIndex]!, score, box: { x, y, w, h } })),
    peopleFound,
    boxes,
    doubts: doubtsOn(seen, peopleFound),
  };
}

async function runOnce(adapted: Uint8Array, name: string, width: number, height: number): Promise<Float32Array> {
  let stage = 'loaded';
  try {
    const session = await ort.InferenceSession.create(adapted, sessionOptions);
    stage = `run on a ${width}×${height} picture`;
    const input = session.inputMetadata[0]!;
    const pixels = resized(await picture(), checkPicture.width, checkPicture.height, width, height);
    const outputs = await session.run({ [pixelsInput]: new ort.Tensor('uint8', pixels, pixelShape(input.isTensor && input.shape[1] === 1, width, height)) }, [candidatesOutput]);
    const candidates = (outputs[candidatesOutput] as ort.Tensor).data as Float32Array;
    await session.release();
    return candidates;
  } catch (cause) {
    throw new SightlineError('MODEL_INVALID', `${name} cannot be ${stage}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
  }
}

function boxForm(candidates: Float32Array, said: BoxForm): BoxForm {
  if (said !== 'corner-pixels' && said !== 'corner-fractions') return said;
  const coordinates = candidates.subarray(3 * (candidates.length / candidateRows));
  return coordinates.some((value) => value > largestFraction) ? 'corner-pixels' : 'corner-fractions';
}

function doubtsOn(seen: readonly ScoredBox[], peopleFound: number | null): string[] {
  if (peopleFound === 2) return [];
  if (peopleFound === null) return [`it knows no class "person", so the check picture (two people) could not prove it; it saw ${seen.length} objects there`];
  const strongest = seen[0];
  return [
    `it found ${peopleFound} of the 2 people in the check picture${strongest ? ` and saw ${seen.length} objects, the strongest with score ${strongest.score.toFixed(2)}` : ' and saw nothing at all'}: its pixel range, its box layout or its classes may be taken wrongly`,
  ];
}

function overlap(a: Box, b: Box): number {
  const across = Math.min(a.x + a.w, b.x + b.w) - Math.max(a.x, b.x);
  const down = Math.min(a.y + a.h, b.y + b.h) - Math.max(a.y, b.y);
  if (across <= 0 || down <= 0) return 0;
  return (across * down) / (a.w * a.h + b.w * b.h - across * down);
}

export async function picture(): Promise<Uint8Array> {
  const file = import.meta.url.endsWith('.ts') ? new URL('./two-people.rgb.gz', import.meta.url) : new URL('../../check/two-people.rgb.gz', import.meta.url);
  return gunzipSync(await readFile(file));
}

/** Bilinear; once per model, so it may be slow. */
function resized(pixels: Uint8Array, fromWidth: number, fromHeight: number, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++) {
      const sx = Math.max(0, Math.min(fromWidth - 1, ((x + 0.5) * fromWidth) / width - 0.5));
      const sy = Math.max(0, Math.min(fromHeight - 1, ((y + 0.5) * fromHeight) / height - 0.5));
      const [x0, y0] = [Math.floor(sx), Math.floor(sy)];
      const [x1, y1] = [Math.min(fromWidth - 1, x0 + 1), Math.min(fromHeight - 1, y0 + 1)];
      const [fx, fy] = [sx - x0, sy - y0];
      for (let c = 0; c < 3; c++) {
        const at = (px: number, py: number): number => pixels[(py * fromWidth + px) * 3 + c]!;
        out[(y * width + x) * 3 + c] = Math.round((at(x0, y0) * (1 - fx) + at(x1, y0) * fx) * (1 - fy) + (at(x0, y1) * (1 - fx) + at(x1, y1) * fx) * fy);
      }
    }
  return out;
}
