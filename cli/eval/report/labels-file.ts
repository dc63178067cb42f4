import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { SightlineError } from '@sightline/runtime/errors';
import { labelsSchema, type Labels } from '@sightline/schemas';

/**
 * Reads a file of labels and reports every mistake at once. The clip's path comes back absolute.
 *
 *     const labels = await readLabels('door.labels.json');
 */
export async function readLabels(file: string): Promise<Labels> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new SightlineError('SOURCE_NOT_FOUND', `the labels ${file} cannot be read: ${(cause as Error).message}`, { cause });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new SightlineError('USAGE', `${file} is not JSON: ${(cause as Error).message}`, { cause, remedy });
  }
  const parsed = labelsSchema.safeParse(value);
  if (parsed.success) return { ...parsed.data, clip: path.resolve(path.dirname(file), parsed.data.clip) };
  const mistakes = parsed.error.issues.map((issue) => `${file}: ${issue.path.join('.') || 'the file'}: ${issue.message}`);
  throw new SightlineError('USAGE', `${mistakes.length} mistake${mistakes.length === 1 ? '' : 's'} in ${file}\n${mistakes.join('\n')}`, { remedy });
}

const remedy = 'docs/evaluation.md shows a file of labels';
