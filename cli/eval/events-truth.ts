import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SightlineError } from '@sightline/runtime/errors';
import { pointSchema, polygonSchema } from '@sightline/schemas';
import { z } from 'zod';

/** The hand-checked events of the evaluation's footage, `truth.json`. */
const spanSchema = z.tuple([z.number(), z.number()]);
const truthSchema = z.object({
  shelf: z.object({ clip: z.string(), facings: z.record(z.string(), z.object({ polygon: polygonSchema })), emptySeconds: z.record(z.string(), z.array(spanSchema)), toleranceSeconds: z.number() }),
  counter: z.object({ clip: z.string(), zone: z.object({ polygon: polygonSchema }), visitsSeconds: z.array(spanSchema), toleranceSeconds: z.number() }),
  traffic: z.object({
    clip: z.string(),
    line: z.object({ from: pointSchema, to: pointSchema, classes: z.array(z.string()) }),
    crossingFrames: z.array(z.number()),
    alongLine: z.array(z.number()),
    toleranceFrames: z.number(),
    toleranceAlongLine: z.number(),
  }),
});
export type Truth = z.infer<typeof truthSchema>;

export async function readTruth(folder: string): Promise<Truth> {
  const file = path.join(folder, 'truth.json');
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new SightlineError('SOURCE_NOT_FOUND', `there is no ground truth at ${file}`, { cause, remedy: 'set SIGHTLINE_DATA to the folder of the evaluation footage' });
  });
  const parsed = truthSchema.safeParse(JSON.parse(text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new SightlineError('USAGE', `${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is no ground truth'}`);
}
