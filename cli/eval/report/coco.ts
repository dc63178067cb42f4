import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SightlineError } from '@sightline/runtime/errors';
import { z } from 'zod';
import type { DetectionImage, FoundBox, TrueBox } from '../metrics/detection.js';
import { intersectionOverUnion } from '../metrics/sequence.js';
import type { Failure, Mark } from './failure.js';

/**
 * Ground truth in COCO's form (images, annotations, categories), and what a detector missed and invented on it.
 *
 *     const images = await readCoco('instances.json', 'images/');
 */
export interface CocoImage {
  readonly file: string;
  readonly width: number;
  readonly height: number;
  /** Boxes in pixels. */
  readonly truth: readonly TrueBox[];
}

const cocoSchema = z.object({
  images: z.array(z.object({ id: z.number(), file_name: z.string(), width: z.number().positive(), height: z.number().positive() })),
  annotations: z.array(z.object({ image_id: z.number(), category_id: z.number(), bbox: z.tuple([z.number(), z.number(), z.number(), z.number()]), iscrowd: z.union([z.number(), z.boolean()]).optional() })),
  categories: z.array(z.object({ id: z.number(), name: z.string() })),
});

export async function readCoco(file: string, folder = path.dirname(file)): Promise<CocoImage[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new SightlineError('SOURCE_NOT_FOUND', `the ground truth ${file} cannot be read: ${(cause as Error).message}`, { cause });
  });
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // What is not JSON is refused below like any other form.
  }
  const parsed = cocoSchema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new SightlineError('USAGE', `${file} is not ground truth in COCO's form: ${issue?.path.join('.') || 'the file'}: ${issue?.message ?? ''}`, { remedy: 'give an instances file with images, annotations and categories' });
  }
  const { images, annotations, categories } = parsed.data;
  const classes = new Map(categories.map(({ id, name }) => [id, name]));
  const truths = new Map<number, TrueBox[]>(images.map(({ id }) => [id, []]));
  for (const { image_id, category_id, bbox, iscrowd } of annotations) {
    const [x, y, w, h] = bbox;
    truths.get(image_id)?.push({ cls: classes.get(category_id) ?? String(category_id), x, y, w, h, ...(iscrowd && { crowd: true }) });
  }
  return images.map(({ id, file_name, width, height }) => ({ file: path.resolve(folder, file_name), width, height, truth: truths.get(id)! }));
}

const leastOverlap = 0.5;

/** A failure for each image with a mistake: what was missed in green, what was invented in orange. `report` is the least score that counts. */
export function detectionFailures(images: readonly (CocoImage & Pick<DetectionImage, 'found'>)[], report: number): Failure[] {
  return images.flatMap(({ file, width, height, truth, found }) => {
    const { missed, invented } = unmatched(truth, found.filter(({ score }) => score >= report));
    if (missed.length + invented.length === 0) return [];
    const mark = (box: TrueBox | FoundBox, tone: 'truth' | 'said'): Mark => ({ shape: 'box', box: { x: box.x / width, y: box.y / height, w: box.w / width, h: box.h / height }, tone, text: box.cls });
    const caption = `${path.basename(file)}: ${[missed.length > 0 && `missed ${counted(missed)}`, invented.length > 0 && `invented ${counted(invented)}`].filter(Boolean).join(', ')}`;
    return [{ what: missed.length > 0 ? 'missed' : 'false', at: 0, caption, marks: [...missed.map((box) => mark(box, 'truth')), ...invented.map((box) => mark(box, 'said'))], picture: file }];
  });
}

/** As COCO matches: the strongest box first takes the true box of its class that it overlaps most. */
function unmatched(truth: readonly TrueBox[], found: readonly FoundBox[]): { missed: TrueBox[]; invented: FoundBox[] } {
  const free = new Set(truth.filter(({ crowd }) => crowd !== true));
  const invented: FoundBox[] = [];
  for (const box of [...found].sort((a, b) => b.score - a.score)) {
    const best = [...free].filter(({ cls }) => cls === box.cls).map((one) => ({ one, overlap: intersectionOverUnion(one, box) })).sort((a, b) => b.overlap - a.overlap)[0];
    if (best && best.overlap >= leastOverlap) free.delete(best.one);
    else if (!truth.some((one) => one.crowd === true && one.cls === box.cls && insideCrowd(one, box))) invented.push(box);
  }
  return { missed: [...free], invented };
}

/** In a crowd region only the found box's own area counts. */
function insideCrowd(crowd: TrueBox, box: FoundBox): boolean {
  const across = Math.min(crowd.x + crowd.w, box.x + box.w) - Math.max(crowd.x, box.x);
  const down = Math.min(crowd.y + crowd.h, box.y + box.h) - Math.max(crowd.y, box.y);
  return across > 0 && down > 0 && across * down >= leastOverlap * box.w * box.h;
}

function counted(boxes: readonly { readonly cls: string }[]): string {
  const counts = new Map<string, number>();
  for (const { cls } of boxes) counts.set(cls, (counts.get(cls) ?? 0) + 1);
  return [...counts].map(([cls, count]) => `${count} ${cls}`).join(', ');
}
